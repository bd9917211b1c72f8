#include "ocibuild/build/settings.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;

Settings package(std::string_view json) {
  return parse_settings(json, SettingsTable::package);
}

TEST_CASE("every key of the package table is read") {
  const Settings settings = package(R"({
    "component": "ui", "user": "1000:100", "expose": ["3000", "53/udp"], "env": {"RUST_LOG": "info"},
    "cmd": ["--port", "3000"], "workdir": "/app", "labels": {"a": "b"}, "annotations": {"c": "d"},
    "files": [{"source": "static/", "dest": "/app/static", "mode": "0640", "allow-outside": true}],
    "features": ["tls"], "target": {"linux/arm64/v8": "aarch64-unknown-linux-musl"}, "skip": true,
    "registry": "ghcr.io/o", "name": "n-{component}", "platforms": ["linux/arm64"], "base": "scratch", "tags": ["v1"],
    "ca-certificates": "ca.pem", "profile": "dist", "compression": "zstd", "budget": {"image-size": "100MB"}})");
  CHECK(settings.component == "ui");
  CHECK(settings.user == User{.uid = 1000, .gid = 100});
  CHECK(settings.expose == std::vector<std::string>{"3000/tcp", "53/udp"});
  CHECK(settings.env.at("RUST_LOG") == "info");
  CHECK(settings.files == std::vector<FileRule>{{"static/", "/app/static", 0640, OutsideWorkspace::allow}});
  CHECK(settings.target.at("linux/arm64") == "aarch64-unknown-linux-musl");
  CHECK(settings.skip == true);
  CHECK(settings.platforms == std::vector<Platform>{Platform::parse("linux/arm64")});
  CHECK(settings.compression == Compression::zstd);
  CHECK(settings.image_size == 100'000'000);
  CHECK(settings.ca_certificates == "ca.pem");
  CHECK(settings.profile == "dist");
}

TEST_CASE("an absent table says nothing") {
  const Settings settings = package("");
  CHECK_FALSE(settings.registry);
  CHECK(settings.files.empty());
}

TEST_CASE("an unknown key is refused with its path and the nearest known key (BI02)") {
  const Error error = failure_of([] { return package(R"({"exposee": []})"); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(error.what() == std::string{"[package.metadata.ocibuild] exposee: unknown key"});
  CHECK(error.help() == std::vector<std::string>{"did you mean `expose`?"});
}

TEST_CASE("an unknown key inside of an entry is refused with its whole path (BI02)") {
  const Error error = failure_of([] { return package(R"({"files": [{"source": "a", "dset": "/b"}]})"); });
  CHECK(error.what() == std::string{"[package.metadata.ocibuild] files[0].dset: unknown key"});
  CHECK(error.help() == std::vector<std::string>{"did you mean `dest`?"});
  const Error budget = failure_of([] { return package(R"({"budget": {"imagesize": "1MB"}})"); });
  CHECK(says(budget, "budget.imagesize: unknown key"));
}

TEST_CASE("a wrong type is refused with what was expected and found (BI02)") {
  CHECK(
      says(failure_of([] { return package(R"({"expose": "3000/tcp"})"); }), "expose: expected a list, found a string"));
  CHECK(says(failure_of([] { return package(R"({"expose": [3000]})"); }),
             "expose[0]: expected a string, found a number"));
  CHECK(says(failure_of([] { return package(R"({"env": {"PORT": 1}})"); }),
             "env.PORT: expected a string, found a number"));
  CHECK(says(failure_of([] { return package(R"({"skip": "no"})"); }), "skip: expected true or false, found a string"));
  CHECK(says(failure_of([] { return package("[]"); }), "[package.metadata.ocibuild]: expected a table, found a list"));
}

TEST_CASE("a value outside of its grammar is refused with its path (BI02)") {
  const char* const bad[] = {R"({"user": "nobody"})",
                             R"({"expose": ["70000/tcp"]})",
                             R"({"expose": ["80/http"]})",
                             R"({"workdir": "app"})",
                             R"({"platforms": ["linux"]})",
                             R"({"platforms": []})",
                             R"({"compression": "brotli"})",
                             R"({"budget": {"image-size": "big"}})",
                             R"({"env": {"A=B": "c"}})",
                             R"({"files": [{"source": "a", "dest": "b"}]})",
                             R"({"files": [{"source": "a"}]})",
                             R"({"files": [{"source": "a", "dest": "/../b"}]})",
                             R"({"files": [{"source": "a", "dest": "/b", "mode": "0999"}]})"};
  for (const char* const json : bad) {
    CAPTURE(json);
    CHECK(failure_of([&] { return package(json); }).code() == Errc::invalid_document);
  }
}

TEST_CASE("keys of one package are refused for the whole workspace") {
  const Error error = failure_of([] { return parse_settings(R"({"component": "x"})", SettingsTable::workspace); });
  CHECK(says(error, "[workspace.metadata.ocibuild] component: this key belongs to a package"));
}

TEST_CASE("documents that are too deep or no JSON are refused") {
  CHECK(failure_of([] { return package(std::string(100'000, '[')); }).code() == Errc::invalid_document);
  CHECK(failure_of([] { return package("{\"name\": \"\xff\"}"); }).code() == Errc::invalid_document);
}

TEST_CASE("the environment is read by variable, with lists separated by commas") {
  const Settings settings = settings_from_environment({{"OCIBUILD_REGISTRY", "ghcr.io/o"},
                                                       {"OCIBUILD_TAGS", "latest,v1,"},
                                                       {"OCIBUILD_PLATFORM", "linux/amd64,linux/arm64"},
                                                       {"OCIBUILD_NAME", ""},
                                                       {"OCIBUILD_PLACEHOLDER", "not a setting"}});
  CHECK(settings.registry == "ghcr.io/o");
  CHECK(settings.tags == std::vector<std::string>{"latest", "v1"});
  CHECK(settings.platforms->size() == 2);
  CHECK_FALSE(settings.name);
  const Error error = failure_of([] { return settings_from_environment({{"OCIBUILD_COMPRESSION", "xz"}}); });
  CHECK(error.what() == std::string{"OCIBUILD_COMPRESSION: compression `xz` is neither gzip nor zstd"});
}

TEST_CASE("sizes have units of 1000 and of 1024") {
  CHECK(parse_size("17") == 17);
  CHECK(parse_size("100MB") == 100'000'000);
  CHECK(parse_size("64MiB") == 64ULL << 20);
  CHECK(parse_size("2kB") == 2000);
  for (const char* const bad : {"", "MB", "-1", "1.5GB", "18446744073709551615GB", "1 MB", "0x10"}) {
    CAPTURE(bad);
    CHECK(failure_of([&] { return parse_size(bad); }).code() == Errc::invalid_argument);
  }
}

TEST_CASE("a user without a group has the group of its number") {
  CHECK(User::parse("1000").string() == "1000:1000");
  CHECK(User::parse("0:0") == User{.uid = 0, .gid = 0});
  for (const char* const bad : {"", ":", "1:", ":1", "4294967296", "1:2:3", "+1"}) {
    CAPTURE(bad);
    CHECK(failure_of([&] { return User::parse(bad); }).code() == Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace ocibuild
