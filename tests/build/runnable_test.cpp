// The runnability proof.
#include "ocibuild/build/runnable.hpp"

#include <doctest/doctest.h>

#include "support/failure.hpp"

using namespace ocibuild;
using ocibuild::testing::failure_of;
using ocibuild::testing::says;

namespace {

const Platform amd64{.architecture = "amd64"};
const Platform arm64{.architecture = "arm64", .variant = "v8"};

ElfFacts dynamic_binary() {
  return {.platform = amd64,
          .kind = ElfKind::position_independent,
          .linking = ElfLinking::dynamic,
          .c_library = CLibrary::gnu,
          .interpreter = "/lib64/ld-linux-x86-64.so.2",
          .needed = {"libgcc_s.so.1", "libc.so.6"},
          .glibc_floor = GlibcVersion{2, 34, 0}};
}

ElfFacts static_binary(CLibrary c_library) {
  return {.platform = amd64,
          .kind = ElfKind::position_independent,
          .linking = ElfLinking::static_pie,
          .c_library = c_library};
}

/// A root file system like Debian's, with merged /usr.
ImageContents debian_image() {
  ImageContents contents;
  contents.add_symlink("/lib", "usr/lib");
  contents.add_symlink("/lib64", "usr/lib64");
  contents.add_symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
  contents.add_file("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
  contents.add_file("usr/lib/x86_64-linux-gnu/libc.so.6");
  contents.add_file("usr/lib/x86_64-linux-gnu/libgcc_s.so.1");
  contents.set_glibc({2, 36, 0});
  return contents;
}

Runnability prove(const ElfFacts& facts, const ImageContents& contents, const Platform& platform = amd64) {
  return prove_runnable({.facts = facts, .binary = "/usr/local/bin/api", .platform = platform, .contents = contents});
}

bool mentions(const std::vector<std::string>& lines, std::string_view part) {
  for (const auto& line : lines) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a static musl binary runs on scratch without notes") {
  const auto outcome = prove(static_binary(CLibrary::unknown), {});
  CHECK(outcome.runs());
  CHECK(outcome.notes.empty());
}

TEST_CASE("a static glibc binary runs on scratch with a note about its limits") {
  const auto outcome = prove(static_binary(CLibrary::gnu), {});
  CHECK(outcome.runs());
  REQUIRE(outcome.notes.size() == 1);
  CHECK(mentions(outcome.notes, "NSS"));
  CHECK(mentions(outcome.notes, "dlopen"));
}

TEST_CASE("a dynamic binary on scratch is refused with the two ways out") {
  const auto outcome = prove(dynamic_binary(), {});
  CHECK(mentions(outcome.problems, "interpreter /lib64/ld-linux-x86-64.so.2 is not in the image"));
  CHECK(mentions(outcome.problems, "libc.so.6"));
  CHECK(mentions(outcome.help, "rustup target add x86_64-unknown-linux-musl"));
  CHECK(mentions(outcome.help, "-C target-feature=+crt-static"));
  CHECK(mentions(outcome.help, "base"));
}

TEST_CASE("a dynamic binary runs where interpreter, libraries and glibc are, also behind symbolic links") {
  CHECK(prove(dynamic_binary(), debian_image()).runs());
}

TEST_CASE("a glibc older than the binary needs is refused with both versions") {
  auto contents = debian_image();
  contents.set_glibc({2, 31, 0});
  const auto outcome = prove(dynamic_binary(), contents);
  CHECK(mentions(outcome.problems, "needs glibc 2.34, the image has 2.31"));
}

TEST_CASE("a binary of another architecture is refused, whatever its libraries") {
  const auto outcome = prove(static_binary(CLibrary::unknown), {}, arm64);
  REQUIRE(outcome.problems.size() == 1);
  CHECK(mentions(outcome.problems, "is for linux/amd64, its image for linux/arm64"));
}

TEST_CASE("a missing library is named") {
  auto binary = dynamic_binary();
  binary.needed.push_back("libssl.so.3");
  const auto outcome = prove(binary, debian_image());
  REQUIRE(outcome.problems.size() == 1);
  CHECK(mentions(outcome.problems, "needs libssl.so.3"));
}

TEST_CASE("libraries are found through runpath with $ORIGIN and through configured directories") {
  auto binary = dynamic_binary();
  binary.needed.push_back("libown.so");
  binary.needed.push_back("libconfigured.so");
  binary.library_path = {"$ORIGIN/../lib/own"};
  auto contents = debian_image();
  contents.add_file("usr/local/lib/own/libown.so");
  contents.add_file("opt/lib/libconfigured.so");
  CHECK_FALSE(prove(binary, contents).runs());
  contents.add_library_directory("/opt/lib");
  CHECK(prove(binary, contents).runs());
}

TEST_CASE("a library or object file is no executable") {
  auto object = static_binary(CLibrary::unknown);
  object.kind = ElfKind::relocatable;
  CHECK(mentions(prove(object, {}).problems, "is not an executable"));
}

TEST_CASE("symbolic links in a loop lead nowhere") {
  ImageContents contents;
  contents.add_symlink("/a", "/b");
  contents.add_symlink("/b", "a");
  CHECK_FALSE(contents.contains("/a"));
  CHECK_FALSE(contents.contains("/a/file"));
}

TEST_CASE("dots in paths are resolved and cannot leave the root") {
  ImageContents contents;
  contents.add_file("./etc/../etc//passwd");
  CHECK(contents.contains("/etc/passwd"));
  CHECK(contents.contains("../../etc/./passwd"));
  CHECK_FALSE(contents.contains("/etc"));
  CHECK_FALSE(contents.contains("/"));
}

TEST_CASE("the demand throws with the first problem as message and the ways out as help") {
  const auto binary = dynamic_binary();
  const ImageContents scratch;
  const auto error = failure_of(
      [&] { return require_runnable({.facts = binary, .binary = "/api", .platform = amd64, .contents = scratch}); });
  CHECK(error.code() == Errc::unsupported);
  CHECK(says(error, "/api is dynamically linked"));
  CHECK(error.notes().size() == 2);
  CHECK(error.help().size() == 2);
}
