// What was asked and how it ended: the memory of a server, read by tests.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/registry/message.hpp"

namespace ocibuild::testing {

/// One request.
struct JournalEntry {
  std::string origin;
  std::string method;
  std::string target;
  Headers headers;
  std::uint64_t body_size = 0;  ///< bytes that arrived
  int status = 0;               ///< of the answer; 0: there was none
  std::string fault;            ///< what was done to the exchange; empty: nothing
};

/// The entry of `request`, which was answered with `status`.
JournalEntry entry_of(const ServerRequest& request, int status, std::string fault = {});

/// Requests in the order they ended. Safe for use by several threads at once. An entry is there before the client has
/// its answer.
class Journal {
 public:
  void add(JournalEntry entry);

  /// Calls `listener` with each entry from now on, one at a time.
  void listen(std::function<void(const JournalEntry&)> listener);

  void clear();
  std::vector<JournalEntry> entries() const;

  /// How many requests had that method (empty: any) and `part` in their target.
  std::size_t count(std::string_view method, std::string_view part = {}) const;

  /// `METHOD TARGET STATUS` for each request: short enough to compare whole lists.
  std::vector<std::string> lines() const;

 private:
  mutable std::mutex mutex_;
  std::vector<JournalEntry> entries_;
  std::function<void(const JournalEntry&)> listener_;
};

}  // namespace ocibuild::testing
