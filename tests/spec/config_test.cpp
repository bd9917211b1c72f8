// Image configurations: canonical bytes, round trips and refusals.
#include "ocibuild/spec/config.hpp"

#include <doctest/doctest.h>

#include "spec/documents.hpp"
#include "support/failure.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;

TEST_CASE("a configuration with every field has golden bytes") {
  CHECK(serialize(full_config()) ==
        R"({"created":"2026-01-02T03:04:05Z","author":"Ada","architecture":"arm64","os":"linux","os.version":"6",)"
        R"("os.features":["f"],"variant":"v8","config":{"User":"65532:65532","ExposedPorts":{"3000/tcp":{}},)"
        R"("Env":["PATH=/bin","A=b"],"Entrypoint":["/app"],"Cmd":["--serve"],"Volumes":{"/data":{}},)"
        R"("WorkingDir":"/","Labels":{"l":"m"},"StopSignal":"SIGTERM","Healthcheck":{"Test":["NONE"]}},)"
        R"("rootfs":{"type":"layers","diff_ids":[)"
        R"("sha256:cae662172fd450bb0cd710a769079c05bfc5d8e35efa6576edc7d0377afdd4a2",)"
        R"("sha256:28720365c5e7476a011e4f43ac003ee5f16247a263b9d623aa85ed311d73bf39"],"base_layer":"x"},)"
        R"("history":[{"created":"2026-01-02T03:04:05.123Z","created_by":"COPY","author":"Ada","comment":"c",)"
        R"("empty_layer":true,"h":1},{"created_by":"RUN"}],"docker_version":"27"})");
}

TEST_CASE("the smallest configuration has golden bytes") {
  const Config config{.platform = {.architecture = "amd64"}};
  CHECK(serialize(config) ==
        R"({"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}})");
  CHECK(parse_config(serialize(config)) == config);
}

TEST_CASE("configurations read back as they were written") {
  CHECK(parse_config(serialize(full_config())) == full_config());
}

TEST_CASE("optional members of a configuration may be null") {
  const Config config = parse_config(
      R"({"created":null,"author":null,"architecture":"amd64","os":"linux","os.features":null,"config":null,)"
      R"("rootfs":{"type":"layers","diff_ids":[]},"history":null})");
  CHECK(config == Config{.platform = {.architecture = "amd64"}});
  CHECK(parse_config(
            R"({"architecture":"amd64","os":"linux","config":{"Env":null,"Cmd":null,"Labels":null,"Volumes":null,)"
            R"("User":null},"rootfs":{"type":"layers","diff_ids":[]},"history":[{"empty_layer":null}]})")
            .history.size() == 1);
}

TEST_CASE("what is not a configuration is refused with the member that is wrong") {
  const std::string start = R"({"architecture":"amd64","os":"linux",)";
  const std::string rootfs = R"("rootfs":{"type":"layers","diff_ids":[]})";
  const struct {
    std::string document;
    std::string_view problem;
  } cases[] = {
      {"[]", "invalid image configuration: found an array, expected an object"},
      {R"({"os":"linux",)" + rootfs + "}", "architecture: missing"},
      {R"({"architecture":"amd64",)" + rootfs + "}", "os: missing"},
      {start + R"("x":1})", "rootfs: missing"},
      {start + R"("rootfs":null})", "rootfs: missing"},
      {start + R"("rootfs":{"diff_ids":[]}})", "rootfs.type: missing"},
      {start + R"("rootfs":{"type":"snapshot","diff_ids":[]}})",
       "rootfs.type: found \"snapshot\", expected \"layers\""},
      {start + R"("rootfs":{"type":"layers"}})", "rootfs.diff_ids: missing"},
      {start + R"("rootfs":{"type":"layers","diff_ids":{}}})", "rootfs.diff_ids: found an object, expected an array"},
      {start + R"("rootfs":{"type":"layers","diff_ids":["sha256:../../x"]}})", "rootfs.diff_ids[0]: invalid digest"},
      {start + R"("config":[],)" + rootfs + "}", "config: found an array, expected an object"},
      {start + R"("config":{"Env":"A=b"},)" + rootfs + "}", "config.Env: found \"A=b\", expected an array"},
      {start + R"("config":{"Cmd":["a",1]},)" + rootfs + "}", "config.Cmd[1]: found 1, expected a string"},
      {start + R"("config":{"Labels":{"a.b":1}},)" + rootfs + "}",
       "config.Labels[\"a.b\"]: found 1, expected a string"},
      {start + R"("config":{"Volumes":{"/d":1}},)" + rootfs + "}", "config.Volumes[\"/d\"]: found 1, expected {}"},
      {start + R"("config":{"User":"a","User":"b"},)" + rootfs + "}", "config: duplicate member \"User\""},
      {start + rootfs + R"(,"history":[{"empty_layer":"yes"}]})", "history[0].empty_layer: found \"yes\""},
      {start + rootfs + R"(,"created":"yesterday"})", "created: found \"yesterday\", expected a time by RFC 3339"},
      {start + rootfs + R"(,"created":""})", "created: found \"\", expected a time"},
      {start + rootfs + R"(,"history":[{"created":"2026"}]})", "history[0].created: found \"2026\", expected a time"},
      {start + rootfs + R"(,"history":[1]})", "history[0]: found 1, expected an object"},
  };
  for (const auto& bad : cases) {
    CAPTURE(bad.document);
    const Error error = failure_of([&] { return parse_config(bad.document); });
    CHECK(error.code() == Errc::invalid_document);
    CHECK_MESSAGE(says(error, bad.problem), std::string{error.what()});
  }
}

TEST_CASE("a time that others could not read is not written") {
  const Config config{.created = "2026-01-02", .platform = {.architecture = "amd64"}};
  const Error error = failure_of([&] { return serialize(config); });
  CHECK(error.code() == Errc::invalid_argument);
  CHECK(says(error, "created: found \"2026-01-02\""));
}

TEST_CASE("a configuration keeps no unknown fields in its platform") {
  const Config config{.platform = {.architecture = "amd64", .unknown = {{"x", "1"}}}};
  CHECK(failure_of([&] { return serialize(config); }).code() == Errc::invalid_argument);
}
