// A test registry's options and faults as JSON, for programs that cannot write them in C++.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "support/registry/faults.hpp"
#include "support/registry/options.hpp"

namespace ocibuild::testing {

/// What befalls requests: `{"faults":[...],"random":{...},"seed":1}`.
struct FaultSettings {
  std::vector<FaultRule> rules;
  std::optional<RandomFaults> random;
};

/// The same, and beside it `{"port":0,"options":{...}}`.
struct ServerSettings {
  std::uint16_t port = 0;
  RegistryOptions options;
  FaultSettings faults;
};

/// Members have the names of the fields, enumerators theirs, times are milliseconds. `"like": "ghcr"` or
/// `"docker-registry"` in the options starts from those. A rule has in place of `fault` the member `do`: `status`,
/// `status_after`, `lose`, `close`, `reset`, `stall`, `trickle`, `wrong_length` or `endless`, with what that needs:
/// `at`, `bytes`, `difference`, `pause`, `status`, `headers`, `body`, `body_base64`, `body_size`; `times` may be
/// `"always"`.
///
/// Throws Error{invalid_document}, also for members that nobody knows: a test with a misspelt fault tests nothing.
ServerSettings parse_server_settings(std::string_view json);
FaultSettings parse_fault_settings(std::string_view json);
RegistryOptions parse_options(std::string_view json);

}  // namespace ocibuild::testing
