// Lists of tags: pages, loops, other hosts, no end (AT22).
#include <doctest/doctest.h>

#include "registry/world.hpp"

namespace ocibuild::testing {
namespace {

using Tags = std::vector<std::string>;

Tags tags_of(World& world) {
  return list_tags(world.client, world.host, "a");
}

Fault page(const std::string& body, const std::string& link = "") {
  return status(200, link.empty() ? Headers{} : Headers{{"Link", link}}, body);
}

/// The tags of a registry that answers the first question so.
Tags tags_in(const Fault& fault) {
  World world;
  world.faults.add({.fault = fault});
  return tags_of(world);
}

}  // namespace

TEST_CASE("tags come over all pages, in the registry's order") {
  World world{{.registry = {.page_size = 7}}};
  Tags expected;
  for (int i = 10; i < 40; ++i) expected.push_back("v" + std::to_string(i));
  for (const std::string& tag : expected) world.registry.put_manifest("a", "text/plain", "x", tag);
  CHECK(tags_of(world) == expected);
  CHECK(world.count("GET") == 5);
}

TEST_CASE("no tags are no tags, whether the list is empty, null or missing; and no repository is not found") {
  for (const char* body : {R"({"name":"a","tags":[]})", R"({"name":"a","tags":null})", R"({"name":"a"})"}) {
    CHECK(tags_in(page(body)).empty());
  }
  World world;
  CHECK(failure_of([&] { return tags_of(world); }).code() == Errc::not_found);
  World empty{{.registry = {.null_tags = true}}};
  empty.registry.put_blob("a", "x");
  CHECK(tags_of(empty).empty());
}

TEST_CASE("AT22: a list that leads back to itself or round in a circle ends") {
  for (const char* link : {"</v2/a/tags/list>; rel=next", "<?last=x>; rel=\"next\""}) {
    World world;
    world.faults.add({.times = FaultRule::always, .fault = page(R"({"tags":["x"]})", link)});
    const Error error = failure_of([&] { return tags_of(world); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(says(error, "leads back"));
    CHECK(world.count("GET") <= 3);
  }
}

TEST_CASE("AT22: a list that goes on elsewhere, or nowhere, is refused with the question") {
  for (const char* link : {"<https://evil.test/v2/a/tags/list>; rel=next", "<http://r.test/v2/a/tags/list>; rel=next",
                           "<https://r.test:8443/x>; rel=next", "<//evil.test/x>; rel=next", "<ftp://x>; rel=next",
                           "<https://user:pass@r.test/>; rel=next"}) {
    CAPTURE(link);
    World world;
    world.faults.add({.fault = page(R"({"tags":["x"]})", link)});
    const Error error = failure_of([&] { return tags_of(world); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(any_says(error.notes(), "asked: GET https://r.test/v2/a/tags/list"));
    CHECK_FALSE(world.left_home());
    CHECK(world.count("GET") == 1);
  }
}

TEST_CASE("AT22: a list without end is given up") {
  World world{{.registry = {.endless_tags = true}}};
  const Error error = failure_of([&] { return tags_of(world); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(says(error, "does not end"));
  CHECK(world.count("GET") <= 1000);
}

TEST_CASE("AT22: a page without end, or that is no list, is refused") {
  for (const Fault& fault : {page("<html>"), page(""), page("[]"), page(R"({"tags":"x"})"), page(R"({"tags":[1]})"),
                             page(R"({"tags":["x"])"), page(std::string(5 << 20, ' '))}) {
    CHECK(failure_of([&] { return tags_in(fault); }).code() == Errc::invalid_document);
  }
  World world;
  world.registry.put_manifest("a", "text/plain", "x", "v1");
  world.faults.add({.fault = endless()});
  CHECK(failure_of([&] { return tags_of(world); }).code() == Errc::invalid_document);
}

TEST_CASE("a name that is no tag is left out of the list") {
  CHECK(tags_in(page(R"({"tags":["v1","../x","a b","","\u001b[31m","-x","v2"]})")) == Tags{"v1", "v2"});
}

TEST_CASE("UP01: a list whose connection breaks in the middle is read again") {
  World world;
  world.registry.put_manifest("a", "text/plain", "x", "v1");
  world.faults.add({.fault = reset_at(FaultPoint::response, 9)});
  world.faults.add({.fault = status(503)});
  CHECK(tags_of(world) == Tags{"v1"});
  CHECK(world.client.retries() == 2);
}

}  // namespace ocibuild::testing
