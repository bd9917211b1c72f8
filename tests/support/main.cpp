// The main of every unit test executable. A skipped test case turns success into exit code 77, which Meson reports.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/process.hpp"
#include "support/skip.hpp"

namespace ocibuild::testing {
namespace {

bool skipped = false;

}  // namespace

void skip(std::string_view reason) {
  skipped = true;
  std::fprintf(stderr, "skipped: %.*s\n", static_cast<int>(reason.size()), reason.data());
}

bool has_program(std::string_view program) {
  const Command command{.argv = {"sh", "-c", "command -v \"$0\"", std::string{program}}};
  const bool found = run_command(command, {.standard_output = [](std::string_view) {}}).ok();
  if (!found) skip(std::string{program} + " is not installed");
  return found;
}

}  // namespace ocibuild::testing

int main(int count, char** arguments) {
  const int result = doctest::Context{count, arguments}.run();
  return result == 0 && ocibuild::testing::skipped ? 77 : result;
}
