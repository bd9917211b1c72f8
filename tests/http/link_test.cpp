#include <doctest/doctest.h>

#include "ocibuild/http/link.hpp"

namespace ocibuild {

TEST_CASE("the next page is the target of the relation next") {
  CHECK(next_link(R"(</v2/o/n/tags/list?last=b&n=100>; rel="next")") == "/v2/o/n/tags/list?last=b&n=100");
  CHECK(next_link(R"(<https://h/x?a,b;c>;rel=next)") == "https://h/x?a,b;c");
  CHECK(next_link(R"(<a>; rel="prev", <b>; title="x, y"; REL = "first Next" , <c>; rel="next")") == "b");
}

TEST_CASE("the next page may be in any field of several") {
  const Headers headers{{"Link", "</style.css>; rel=preload"}, {"X", "y"}, {"link", "<b>; rel=next"}};
  CHECK(next_link(headers) == "b");
  CHECK(!next_link(Headers{}));
}

TEST_CASE("a relation inside quotes of something else is none") {
  CHECK(!next_link(R"(<a>; title="; rel=next")"));
  CHECK(!next_link(R"(<a>; rel="nextish")"));
  CHECK(!next_link(R"(<a>; rel="prev"; rev=next)"));
}

TEST_CASE("what cannot be read is no link") {
  for (const char* value : {"", "<", "<a", "a; rel=next", "<>; rel=next", "<a>", "<a>; rel", ";;,,<<>>"}) {
    CAPTURE(value);
    CHECK(!next_link(value));
  }
}

}  // namespace ocibuild
