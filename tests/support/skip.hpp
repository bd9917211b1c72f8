// Skipping: a test that needs what this machine does not have says so, and is not counted as passed.
#pragma once

#include <string_view>

namespace ocibuild::testing {

/// Says why the rest of a test case is not run; the caller returns. Unless a test fails, the executable ends with 77.
void skip(std::string_view reason);

/// True when `program` is in PATH; otherwise skips.
bool has_program(std::string_view program);

}  // namespace ocibuild::testing
