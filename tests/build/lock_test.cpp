// The lock file: its text, and what is refused in it.
#include "ocibuild/build/lock.hpp"

#include <doctest/doctest.h>

#include "build/sample_base.hpp"
#include "ocibuild/base/file.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::says;

const std::string digest = "sha256:" + std::string(64, 'a');
const std::string key = "docker.io/library/debian:12";

// A lock file with one entry, whose members are given.
std::string with_entry(const std::string& members) {
  return R"({"bases":{")" + key + R"(":{)" + members + R"(}},"schemaVersion":1})";
}

Error refusal(const std::string& document) {
  return failure_of([&] { return parse_lock(document); });
}

TEST_CASE("a lock file is sorted and has one digest on each line") {
  const Lock lock{{key, {Digest::parse(digest), {{"linux/arm64", Digest::of("b")}, {"linux/amd64", Digest::of("a")}}}}};
  const std::string text = serialize(lock);
  CHECK(text == "{\n  \"bases\": {\n    \"docker.io/library/debian:12\": {\n      \"digest\": \"" + digest +
                    "\",\n      \"platforms\": {\n        \"linux/amd64\": \"" + Digest::of("a").string() +
                    "\",\n        \"linux/arm64\": \"" + Digest::of("b").string() +
                    "\"\n      }\n    }\n  },\n  \"schemaVersion\": 1\n}\n");
  CHECK(parse_lock(text) == lock);
  CHECK(parse_lock(serialize(Lock{})).empty());
}

TEST_CASE("references become complete keys") {
  CHECK(lock_key("debian") == "docker.io/library/debian:latest");
  CHECK(lock_key("ghcr.io/o/n:1") == "ghcr.io/o/n:1");
  CHECK(lock_key("ghcr.io/o/n@" + digest) == "ghcr.io/o/n@" + digest);
}

TEST_CASE("a missing lock file is empty, and a written one reads back") {
  TempDir directory{std::filesystem::temp_directory_path()};
  const std::filesystem::path file = lock_file(directory.path());
  CHECK(file.filename() == "ocibuild.lock");
  CHECK(read_lock(file).empty());
  const Lock lock{{key, {Digest::parse(digest), {}}}};
  write_lock(file, lock);
  CHECK(read_lock(file) == lock);
}

TEST_CASE("a lock file behind a symlink is written there, and the symlink stays") {
  TempDir directory{std::filesystem::temp_directory_path()};
  std::filesystem::create_directory(directory.path() / "shared");
  const std::filesystem::path real = directory.path() / "shared" / "real.lock";
  const std::filesystem::path file = lock_file(directory.path());
  std::filesystem::create_symlink("shared/real.lock", file);
  for (const Lock& lock : {Lock{{key, {Digest::parse(digest), {}}}}, Lock{}}) {  // the first finds no file there
    write_lock(file, lock);
    CHECK(std::filesystem::is_symlink(file));
    CHECK(read_lock(real) == lock);
  }
}

TEST_CASE("digests are checked before they are used (AT07)") {
  for (const std::string& bad :
       {std::string{"sha256:../../x"}, std::string{"sha256:abc"}, "SHA256:" + std::string(64, 'a'),
        "sha256:" + std::string(64, 'A'), "sha256:" + std::string(1 << 20, 'a')}) {
    CAPTURE(bad.substr(0, 80));
    const Error root = refusal(with_entry(R"("digest":")" + bad + R"(","platforms":{})"));
    CHECK(root.code() == Errc::invalid_document);
    CHECK(says(root, "ocibuild.lock: bases[\"docker.io/library/debian:12\"].digest"));
    CHECK(std::string_view{root.what()}.size() < 1000);
    const Error child =
        refusal(with_entry(R"("digest":")" + digest + R"(","platforms":{"linux/amd64":")" + bad + R"("})"));
    CHECK(says(child, ".platforms[\"linux/amd64\"]"));
  }
}

TEST_CASE("what is not in the grammar of lock files is refused, with the way out as help") {
  const std::string good = R"("digest":")" + digest + R"(","platforms":{})";
  CHECK(parse_lock(with_entry(good)).size() == 1);
  CHECK(refusal("").code() == Errc::invalid_document);
  CHECK(refusal("[]").code() == Errc::invalid_document);
  CHECK(says(refusal("{\"bases\":{}}"), "schemaVersion: missing"));
  CHECK(says(refusal("{\"bases\":{},\"schemaVersion\":2}"), "schemaVersion: found 2, expected 1"));
  CHECK(says(refusal("{\"bases\":{},\"schemaVersion\":\"1\"}"), "schemaVersion"));
  CHECK(says(refusal("{\"bases\":[],\"schemaVersion\":1}"), "bases: found an array"));
  CHECK(says(refusal("{\"bases\":{},\"more\":1,\"schemaVersion\":1}"), "more: unknown member"));
  CHECK(says(refusal(with_entry(good + R"(,"tag":"x")")), "unknown member"));
  CHECK(says(refusal(with_entry(R"("platforms":{})")), "digest: missing"));
  CHECK(says(refusal(with_entry(R"("digest":")" + digest + R"(","platforms":{"amd64":")" + digest + R"("})")),
             "not a platform"));
  CHECK(says(refusal(R"({"bases":{"debian":{}},"schemaVersion":1})"), "docker.io/library/debian:latest"));
  CHECK(says(refusal(R"({"bases":{"a b":{}},"schemaVersion":1})"), "invalid image reference"));
  CHECK(refusal(with_entry(good + "," + good)).help().size() == 1);
}

TEST_CASE("every platform that a base offers is written down") {
  MemoryStore store;
  const Descriptor one = testing::put_base(store);
  const Descriptor other = testing::put_base(store, {.platform = "linux/s390x"});
  Descriptor strange = one;
  strange.platform = Platform{.architecture = "a/b/c"};
  const Descriptor root = testing::put_index(store, {one, other, strange});
  const LockedBase locked =
      locked_base(resolve_base(testing::view_of(store), root, std::vector{Platform::parse("linux/amd64")}));
  CHECK(locked.digest == root.digest);
  CHECK(locked.platforms == std::map<std::string, Digest>{{"linux/amd64", one.digest}, {"linux/s390x", other.digest}});
}

}  // namespace
}  // namespace ocibuild
