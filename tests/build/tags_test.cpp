#include "ocibuild/build/tags.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;

TEST_CASE("placeholders are replaced and doubled braces are braces") {
  const StringMap values{{"component", "engine"}, {"git.sha", "abc"}};
  CHECK(fill_template("demon-{component}:sha-{git.sha}", values) == "demon-engine:sha-abc");
  CHECK(fill_template("{{component}}", values) == "{component}");
  CHECK(fill_template("", values).empty());
}

TEST_CASE("a value is not expanded again") {
  CHECK(fill_template("{component}", {{"component", "{component}"}}) == "{component}");
}

TEST_CASE("an unknown placeholder is refused with the nearest known one") {
  const Error error = failure_of([] { return fill_template("{git.sah}", {{"component", ""}, {"git.sha", ""}}); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "unknown placeholder `{git.sah}`"));
  CHECK(error.help() == std::vector<std::string>{"did you mean `{git.sha}`?"});
}

TEST_CASE("a brace without its partner is refused") {
  for (const char* const bad : {"{", "a}", "{component", "{{}"}) {
    CAPTURE(bad);
    CHECK(says(failure_of([&] { return fill_template(bad, {{"component", "x"}}); }), "without its partner"));
  }
}

}  // namespace
}  // namespace ocibuild
