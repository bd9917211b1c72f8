#include <doctest/doctest.h>

#include <cerrno>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

TEST_CASE("context stands in front of the message, the outermost first") {
  std::string message;
  try {
    with_context("pushing api", [] { with_context("reading config", [] { throw Error{Errc::io, "disk on fire"}; }); });
  } catch (const Error& error) {
    message = error.what();
    CHECK(error.code() == Errc::io);
  }
  CHECK(message == "pushing api: reading config: disk on fire");
}

TEST_CASE("with_context hands the result through") {
  CHECK(with_context("adding", [] { return 1 + 1; }) == 2);
}

TEST_CASE("notes and help keep their order and survive context") {
  Error error = Error{Errc::denied, "no"}.add_note("first").add_note("second").add_help("ask");
  error.add_context("trying");
  CHECK(error.notes() == std::vector<std::string>{"first", "second"});
  CHECK(error.help() == std::vector<std::string>{"ask"});
}

TEST_CASE("an errno becomes a lower-case message") {
  try {
    throw_errno("writing out", ENOSPC);
  } catch (const Error& error) {
    CHECK(error.code() == Errc::io);
    CHECK(std::string_view{error.what()} == "writing out: no space left on device");
  }
}

}  // namespace ocibuild
