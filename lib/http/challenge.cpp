// A list whose items are separated by the same comma as the parameters inside them.
#include "ocibuild/http/challenge.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_size = 16 << 10;  // bytes; servers send a few hundred

/// RFC 9110 5.6.2.
bool is_token_character(char c) {
  return is_alphanumeric(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_{text} {}

  std::vector<Challenge> read() {
    while (skip_separators()) {
      const std::string_view word = token();
      if (word.empty()) {
        rest_.remove_prefix(1);
      } else if (!read_parameter(word)) {
        challenges_.push_back({.scheme = to_lower(word), .parameters = {}});
        skip_token68();
      }
    }
    return std::move(challenges_);
  }

 private:
  /// False at the end.
  bool skip_separators() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t,"), rest_.size()));
    return !rest_.empty();
  }

  void skip_spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }

  std::string_view token() {
    const auto end = std::ranges::find_if_not(rest_, is_token_character);
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(word.size());
    return word;
  }

  /// Reads `= value` behind `name`, if that is what follows; a parameter before any scheme belongs to nothing.
  bool read_parameter(std::string_view name) {
    const std::string_view before = rest_;
    skip_spaces();
    if (!rest_.starts_with('=')) {
      rest_ = before;
      return false;
    }
    rest_.remove_prefix(1);
    skip_spaces();
    std::string value = rest_.starts_with('"') ? quoted_string() : std::string{unquoted_value()};
    if (!challenges_.empty()) challenges_.back().parameters.emplace(to_lower(name), std::move(value));
    return true;
  }

  /// Some servers do not quote a realm, although a URL is no token; so everything up to a separator counts.
  std::string_view unquoted_value() {
    const std::string_view value = rest_.substr(0, rest_.find_first_of(" \t,"));
    rest_.remove_prefix(value.size());
    return value;
  }

  /// Without its quotes and backslashes. One that does not end goes to the end.
  std::string quoted_string() {
    std::string value;
    std::size_t i = 1;
    for (; i < rest_.size() && rest_[i] != '"'; ++i) {
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      value += rest_[i];
    }
    rest_.remove_prefix(std::min(i + 1, rest_.size()));
    return value;
  }

  /// `Negotiate oRQwEqADCgEB==`: what stands alone behind a scheme is no further scheme.
  void skip_token68() {
    const std::string_view before = rest_;
    skip_spaces();
    if (rest_.size() == before.size()) return;
    const std::size_t end = std::min(rest_.find_first_of(" \t,"), rest_.size());
    std::string_view word = rest_.substr(0, end);
    while (word.ends_with('=')) word.remove_suffix(1);
    const bool alone = rest_.substr(end).empty() ||
                       rest_.substr(end).find_first_not_of(" \t") == std::string_view::npos ||
                       rest_[std::min(rest_.find_first_not_of(" \t", end), rest_.size() - 1)] == ',';
    if (alone && word.find_first_of("=\"") == std::string_view::npos) {
      rest_.remove_prefix(end);
    } else {
      rest_ = before;
    }
  }

  std::string_view rest_;
  std::vector<Challenge> challenges_;
};

}  // namespace

std::optional<std::string> Challenge::parameter(std::string_view name) const {
  const auto found = parameters.find(std::string{name});
  if (found == parameters.end()) return {};
  return found->second;
}

std::vector<Challenge> parse_challenges(std::string_view value) {
  return ChallengeReader{value.substr(0, max_size)}.read();
}

}  // namespace ocibuild
