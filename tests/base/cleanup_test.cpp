#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "ocibuild/base/cleanup.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/base/process.hpp"

namespace ocibuild {
namespace {

// The part of a program that decides to end while it writes a file and runs a child that ignores SIGTERM.
[[noreturn]] void write_and_abandon(const std::filesystem::path& dir) {
  AtomicFile file{dir / "target"};
  TempDir nested{dir};
  write_file(nested.path() / "inside", "x");
  const std::string script = R"(trap '' TERM; echo $$ > "$0"; echo up; sleep 1000)";
  std::thread runner{[&] {
    run_command({.argv = {"sh", "-c", script, dir / "pid"}}, {.standard_output =
                                                                  [](std::string_view) {
                                                                    abandon_everything();
                                                                    ::_exit(0);
                                                                  },
                                                              .standard_error = {}});
  }};
  runner.join();
  ::_exit(1);
}

}  // namespace

TEST_CASE("abandoning leaves neither temporary files nor child processes") {
  // Not a TempDir: the child would inherit its registration and remove the evidence.
  std::string dir = (std::filesystem::temp_directory_path() / "ocibuild-cleanup-XXXXXX").native();
  REQUIRE(::mkdtemp(dir.data()) != nullptr);
  const pid_t child = ::fork();
  if (child == 0) write_and_abandon(dir);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const pid_t shell = static_cast<pid_t>(std::stol(read_file(dir + "/pid", 32)));
  // Grandchildren are dead, but it is for init to reap them.
  for (int tries = 0; tries < 500 && ::kill(-shell, 0) == 0; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  CHECK(::kill(-shell, 0) != 0);
  CHECK(std::distance(std::filesystem::directory_iterator{dir}, {}) == 1);  // the file "pid"
  std::filesystem::remove_all(dir);
}

}  // namespace ocibuild
