// Numbers that are the whole of a text.
#include "ocibuild/base/number.hpp"

#include <cstdint>

#include <doctest/doctest.h>

using namespace ocibuild;

TEST_CASE("a whole number is all of its text") {
  CHECK(whole_number<unsigned>("0") == 0U);
  CHECK(whole_number<unsigned>("0012") == 12U);
  CHECK(whole_number<int>("-3") == -3);
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "0x1", "-1", "one"}) {
    CAPTURE(text);
    CHECK_FALSE(whole_number<unsigned>(text));
  }
}

TEST_CASE("a number that its type cannot hold is none") {
  CHECK(whole_number<std::uint16_t>("65535") == std::uint16_t{65535});
  CHECK_FALSE(whole_number<std::uint16_t>("65536"));
  CHECK_FALSE(whole_number<std::uint64_t>("18446744073709551616"));
}
