// Golden files: digests that must never change, in tests/golden, one `name value` on each line.
#pragma once

#include <map>
#include <string>

namespace ocibuild::testing {

/// Checks that `found` is what tests/golden/FILE says. With OCIBUILD_TEST_ACCEPT=1 in the environment it is written
/// there instead, and the test case counts as skipped. A changed value belongs into the CHANGELOG, under "Digests".
void check_golden(const std::string& file, const std::map<std::string, std::string>& found);

}  // namespace ocibuild::testing
