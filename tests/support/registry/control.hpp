// What tests in other processes may ask a test registry: targets below `/_test/`.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "support/registry/faults.hpp"
#include "support/registry/memory_registry.hpp"

namespace ocibuild::testing {

/// An entry of the journal as one line of JSON, without its end.
std::string to_json_line(const JournalEntry& entry);

/// Answers control requests, in JSON:
///
/// GET journal, state, blob?repository=&digest=, manifest?repository=&reference=; POST faults and options (JSON as in
/// settings.hpp; they replace what was), reset-journal, expire-tokens, corrupt?digest=&how=flipped|truncated,
/// forget?digest=, tag?repository=&tag=&digest=, offline?milliseconds=.
///
/// 400 with a message for what makes no sense, 404 for what is not there.
class Control {
 public:
  /// `go_offline` is called for `offline`; it returns at once.
  Control(MemoryRegistry& registry, Faults& faults, std::function<void(std::chrono::milliseconds)> go_offline)
      : registry_{registry}, faults_{faults}, go_offline_{std::move(go_offline)} {}

  ServerResponse answer(const ServerRequest& request);

 private:
  ServerResponse read(const std::string& what, const Parameters& parameters) const;
  ServerResponse change(const std::string& what, const Parameters& parameters, const std::string& body);
  std::string state() const;

  MemoryRegistry& registry_;
  Faults& faults_;
  std::function<void(std::chrono::milliseconds)> go_offline_;
};

}  // namespace ocibuild::testing
