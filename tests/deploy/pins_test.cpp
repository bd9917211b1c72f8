#include "ocibuild/deploy/pins.hpp"

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

using namespace ocibuild;

namespace {

PinKey key(std::size_t occurrence) {
  PinKey key;
  key.file = "k8s/api.yaml";
  key.kind = "Pod";
  key.path = "spec.containers[api].image";
  key.occurrence = occurrence;
  return key;
}

const Pin pin{.component = "api", .container = "api", .image = "ghcr.io/o/api:1", .tag = {}, .placeholder = "nginx"};

}  // namespace

TEST_CASE("pins are written in order and read back equal") {
  const Pins pins{{key(1), pin}, {key(0), pin}};
  const std::string document = serialize(pins);
  CHECK(parse_pins(document) == pins);
  CHECK(document.find("\"occurrence\": 1") != std::string::npos);
  CHECK(serialize({{key(0), pin}}) == R"({
  "schemaVersion": 1,
  "files": {
    "k8s/api.yaml": [
      {
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

TEST_CASE("what is not a side file is refused") {
  for (const char* bad :
       {"", "[]", R"({"schemaVersion":"1"})", R"({"schemaVersion":1})", R"({"schemaVersion":1,"files":{"f":[{}]}})",
        R"({"schemaVersion":1,"files":{"f":[{"path":"p","component":"a b","image":"i",
                              "placeholder":"p"}]}})"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_pins(bad), Error);
  }
  const std::string one = R"({"path":"p","component":"a","image":"i","placeholder":"p"})";
  CHECK_THROWS_AS(parse_pins(R"({"schemaVersion":1,"files":{"f":[)" + one + "," + one + "]}}"), Error);
  CHECK_THROWS_AS(parse_pins(R"({"schemaVersion":2,"files":{}})"), Error);
}
