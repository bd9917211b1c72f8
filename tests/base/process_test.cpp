#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <stdexcept>

#include <poll.h>
#include <unistd.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/process.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;

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

/// A pipe that every program started now holds open: its end comes when all of them are gone.
class Witness {
 public:
  Witness() { REQUIRE(::pipe(ends_.data()) == 0); }
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { ::close(ends_[0]); }

  bool everybody_is_gone() {
    ::close(ends_[1]);
    ::pollfd waiting{.fd = ends_[0], .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 10'000) == 1;
  }

 private:
  std::array<int, 2> ends_{};
};

Command shell(std::string script) {
  return {.argv = {"sh", "-c", std::move(script)}};
}

}  // namespace

TEST_CASE("both streams of a program arrive line by line, the last one without its newline too") {
  const Lines lines = lines_of(shell("echo one; echo two >&2; printf three"));
  CHECK(lines.out == std::vector<std::string>{"one", "three"});
  CHECK(lines.err == std::vector<std::string>{"two"});
}

TEST_CASE("a silent program is ended when its caller no longer wants it") {
  int calls = 0;
  const auto lose_patience = [&] {
    if (++calls == 3) throw std::runtime_error{"enough"};
  };
  CHECK_THROWS_AS(run_command(shell("sleep 1000 & sleep 1000"),
                              {.standard_output = [](std::string_view) {}, .while_running = lose_patience}),
                  std::runtime_error);
  CHECK(calls == 3);
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

TEST_CASE("a program reads the input it was given, also more than a pipe holds, to its end") {
  Command command = shell("wc -c; echo done");
  command.input = std::string(3 << 20, 'x');
  CHECK(lines_of(command).out == std::vector<std::string>{"3145728", "done"});
  command = {.argv = {"cat"}, .input = "first\nsecond"};
  CHECK(lines_of(command).out == std::vector<std::string>{"first", "second"});
  command = shell("cat /dev/stdin");
  command.input = "by name";
  CHECK(lines_of(command).out == std::vector<std::string>{"by name"});
}

TEST_CASE("a program that prints everything it reads does not wait for ever") {
  std::size_t count = 0;
  Command command{.argv = {"cat"}};
  for (int i = 0; i < 100'000; ++i) command.input += "a line of input\n";
  CHECK(run_command(command, {.standard_output = [&](std::string_view) { ++count; }, .standard_error = {}}).ok());
  CHECK(count == 100'000);
}

TEST_CASE("a program need not read its input") {
  Command command = shell("exec 0<&-; exit 3");
  command.input = std::string(1 << 20, 'x');
  lines_of(command, 3);
}

TEST_CASE("a time-out ends a program and its children, and says so without input or output") {
  Command command = shell("echo secret >&2; sleep 1000 & sleep 1000");
  command.input = "secret";
  command.timeout = std::chrono::milliseconds{200};
  Witness witness;
  const Error error = failure_of([&] { return lines_of(command); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(std::string_view{error.what()} == "sh did not end within 200 ms and was stopped");
  CHECK(witness.everybody_is_gone());
}

TEST_CASE("a time-out also ends a program that closed its output, and one that never stops printing") {
  for (const char* script : {"exec >&- 2>&-; exec sleep 1000", "while :; do echo more; done"}) {
    Command command = shell(script);
    command.timeout = std::chrono::milliseconds{200};
    CHECK(failure_of([&] { return lines_of(command); }).code() == Errc::unavailable);
  }
}

TEST_CASE("a program that ends in time is not disturbed") {
  Command command = shell("echo quick; exit 7");
  command.timeout = std::chrono::minutes{10};
  CHECK(lines_of(command, 7).out == std::vector<std::string>{"quick"});
  CHECK(run_command({.argv = {"true"}, .timeout = std::chrono::minutes{10}}, {}).ok());
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
