#include <doctest/doctest.h>

#include "build/planned.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::GivenServices;
using testing::says;

TEST_CASE("growth is allowed up to its limit, and shrinking always") {
  CHECK(Growth::parse("10%").allows(1000, 1100));
  CHECK_FALSE(Growth::parse("10%").allows(1000, 1101));
  CHECK(Growth::parse("5kB").allows(1000, 6000));
  CHECK_FALSE(Growth::parse("5kB").allows(1000, 6001));
  CHECK(Growth::parse("0%").allows(1000, 1000));
  CHECK(Growth::parse("0").allows(1000, 1));
  CHECK(Growth::parse("10%").allows(std::uint64_t{1} << 62, (std::uint64_t{1} << 62) + 1));
}

TEST_CASE("growth is a percentage or a number of bytes") {
  CHECK(Growth::parse("10%").string() == "10%");
  CHECK(Growth::parse("5MB").string() == "5000000");
  for (const char* const bad : {"", "%", "-1%", "1.5%", "ten", "999999999%"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(Growth::parse(bad), Error);
  }
}

TEST_CASE("budgets of the workspace and of a package are joined limit by limit") {
  GivenServices services;
  services.edit(R"("expose": [)", R"("budget": {"image-growth": "10%"}, "expose": [)");
  const Budget budget = services.plan().components[0].budget;
  CHECK(budget.image_growth.value == Growth{.amount = 10, .unit = Growth::Unit::percent});
  CHECK(budget.image_growth.origin == Origin::package);
  CHECK_FALSE(budget.build_time.value);
}

TEST_CASE("a time without a unit is no budget") {
  CHECK(says(failure_of([] { return parse_settings(R"({"budget": {"build-time": "10"}})", SettingsTable::workspace); }),
             "budget.build-time"));
}

}  // namespace
}  // namespace ocibuild
