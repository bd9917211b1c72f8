// Words that must not be shown, whoever repeats them.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace ocibuild {

/// Remembers secrets in every spelling they travel in, and blanks them out of text. A server may echo what it was sent.
/// Safe for use by several threads at once.
class Secrets {
 public:
  /// Remembers a secret: raw, in both alphabets of base64 and percent-encoded. One of fewer than 4 bytes cannot be told
  /// from other text.
  void add(std::string_view secret);

  /// `text` with every secret replaced by `***`.
  std::string redacted(std::string text) const;

  /// What a server wrote as it may be shown: on one clean line, without secrets, cut after `limit` characters.
  std::string shown(std::string_view foreign, std::size_t limit) const;

 private:
  struct Longer {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };

  mutable std::mutex mutex_;
  std::set<std::string, Longer> spellings_;  // a long one first: it may contain a short one
};

}  // namespace ocibuild
