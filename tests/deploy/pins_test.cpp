#include "ocibuild/deploy/pins.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

using namespace ocibuild;

namespace {

PinKey key(std::size_t document) {
  PinKey key;
  key.file = "k8s/api.yaml";
  key.document = document;
  key.kind = "Pod";
  key.path = "spec.containers[api].image";
  return key;
}

const Pin pin{.component = "api", .container = "api", .image = "ghcr.io/o/api:1", .tag = {}, .placeholder = "nginx"};

}  // namespace

TEST_CASE("pins are written in order and read back equal") {
  const Pins pins{{key(1), pin}, {key(0), pin}};
  const std::string document = serialize(pins);
  CHECK(parse_pins(document) == pins);
  CHECK(document.find("\"document\": 0") < document.find("\"document\": 1"));
  CHECK(serialize({{key(0), pin}}) == R"({
  "schemaVersion": 1,
  "files": {
    "k8s/api.yaml": [
      {
        "document": 0,
        "kind": "Pod",
        "path": "spec.containers[api].image",
        "container": "api",
        "component": "api",
        "image": "ghcr.io/o/api:1",
        "placeholder": "nginx"
      }
    ]
  }
}
)");
}

TEST_CASE("a site is found again when its document moved, unless that is ambiguous") {
  CHECK(find_pin({{key(1), pin}}, key(1)) != nullptr);
  CHECK(find_pin({{key(1), pin}}, key(4)) != nullptr);
  CHECK(find_pin({{key(1), pin}, {key(2), pin}}, key(4)) == nullptr);
  PinKey other = key(1);
  other.name = "other";
  CHECK(find_pin({{key(1), pin}}, other) == nullptr);
}

TEST_CASE("what is not a side file is refused") {
  for (const char* bad : {"", "[]", R"({"schemaVersion":"1"})", R"({"schemaVersion":1})",
                          R"({"schemaVersion":1,"files":{"f":[{"document":0}]}})",
                          R"({"schemaVersion":1,"files":{"f":[{"document":0,"path":"p","component":"a b","image":"i",
                              "placeholder":"p"}]}})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_pins(bad), Error);
  }
  const std::string one = R"({"document":0,"path":"p","component":"a","image":"i","placeholder":"p"})";
  CHECK_THROWS_AS(parse_pins(R"({"schemaVersion":1,"files":{"f":[)" + one + "," + one + "]}}"), Error);
  CHECK_THROWS_AS(parse_pins(R"({"schemaVersion":2,"files":{}})"), Error);
}
