#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/process.hpp"

namespace ocibuild {
namespace {

struct Lines {
  std::vector<std::string> out;
  std::vector<std::string> err;
};

Lines lines_of(const Command& command, int expected_code = 0) {
  Lines lines;
  const ExitStatus status =
      run_command(command, {.standard_output = [&](std::string_view l) { lines.out.emplace_back(l); },
                            .standard_error = [&](std::string_view l) { lines.err.emplace_back(l); }});
  CHECK(status.code == expected_code);
  return lines;
}

Command shell(std::string script) {
  return {.argv = {"sh", "-c", std::move(script)}};
}

}  // namespace

TEST_CASE("both streams of a program arrive line by line, the last one without its newline too") {
  const Lines lines = lines_of(shell("echo one; echo two >&2; printf three"));
  CHECK(lines.out == std::vector<std::string>{"one", "three"});
  CHECK(lines.err == std::vector<std::string>{"two"});
}

TEST_CASE("exit codes and signals are told apart") {
  lines_of(shell("exit 7"), 7);
  lines_of(shell("kill -TERM $$"), 128 + 15);
}

TEST_CASE("the environment is added to, replaced and removed from") {
  ::setenv("OCIBUILD_TEST_GONE", "x", 1);
  Command command = shell("echo $OCIBUILD_TEST_NEW,${OCIBUILD_TEST_GONE-unset},${PATH:+path}");
  command.environment = {{"OCIBUILD_TEST_NEW", "a=b"}};
  command.removed_environment = {"OCIBUILD_TEST_GONE"};
  CHECK(lines_of(command).out == std::vector<std::string>{"a=b,unset,path"});
}

TEST_CASE("a program runs in the directory it was given, with nothing on standard input") {
  Command command = shell("pwd; cat");
  command.directory = "/";
  CHECK(lines_of(command).out == std::vector<std::string>{"/"});
}

TEST_CASE("a program that does not exist is not found") {
  try {
    run_command({.argv = {"ocibuild-no-such-program"}}, {});
    FAIL("ran");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::not_found);
    CHECK(std::string_view{error.what()} == "ocibuild-no-such-program: no such program");
  }
}

TEST_CASE("a consumer that throws ends the program and its children") {
  const auto give_up = [](std::string_view) { throw std::runtime_error{"enough"}; };
  CHECK_THROWS_WITH(
      run_command(shell("echo x; sleep 1000 & sleep 1000"), {.standard_output = give_up, .standard_error = {}}),
      "enough");
}

TEST_CASE("command_output fails with the program's own words") {
  CHECK(command_output(run_command, shell("echo fine")) == "fine\n");
  try {
    command_output(run_command, shell("echo 'no such thing' >&2; exit 3"));
    FAIL("succeeded");
  } catch (const Error& error) {
    CHECK(error.code() == Errc::command_failed);
    CHECK(std::string_view{error.what()} == "sh -c 'echo '\\''no such thing'\\'' >&2; exit 3' failed with exit code 3");
    CHECK(error.notes() == std::vector<std::string>{"no such thing"});
  }
}

}  // namespace ocibuild
