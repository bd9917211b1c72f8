// What is found in the layers of a base, and whether programs run on it.
#include "build/base_contents.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

#include "build/contents.hpp"
#include "build/library_directories.hpp"
#include "build/sample_base.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/layer/layer.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::BaseParts;
using testing::directory_entry;
using testing::failure_of;
using testing::file_entry;
using testing::image_of;
using testing::link_entry;
using testing::put_base;
using testing::says;
using testing::tar_of;

std::filesystem::path sample(const std::string& name) {
  const char* samples = std::getenv("OCIBUILD_ELF_SAMPLES");
  REQUIRE(samples != nullptr);
  return std::filesystem::path{samples} / name;
}

// Has glibc 2.36 for amd64.
std::string c_library() {
  return read_file(sample("provider-amd64.so"), 1 << 20);
}

ImageContents contents_of_layers(const std::vector<std::string>& layers) {
  MemoryStore store;
  return read_contents(*image_of(store, put_base(store, {.layers = layers})));
}

// The bottom of Debian: /usr is merged, and the interpreter is behind two links.
std::string debian() {
  return tar_of(
      {link_entry(EntryKind::symlink, "lib", "usr/lib"), link_entry(EntryKind::symlink, "lib64", "usr/lib64"),
       directory_entry("usr/lib/x86_64-linux-gnu"), file_entry("usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
       file_entry("usr/lib/x86_64-linux-gnu/libc.so.6", c_library()), directory_entry("usr/lib64"),
       link_entry(EntryKind::symlink, "usr/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")});
}

TEST_CASE("libraries and the version of glibc are found behind the links of a merged /usr") {
  const ImageContents contents = contents_of_layers({debian()});
  CHECK(contents.find("/lib64/ld-linux-x86-64.so.2") == "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2");
  CHECK(contents.glibc() == GlibcVersion{2, 36, 0});
}

TEST_CASE("a dynamic binary is proven against the base it stands on") {
  MemoryStore store;
  const ElfFacts facts = read_elf(sample("dynamic-amd64"));
  const Platform platform = Platform::parse("linux/amd64");
  const auto prove = [&](const std::vector<std::string>& layers) {
    const Recipe recipe{.base = image_of(store, put_base(store, {.layers = layers})),
                        .layers = {{.title = "binary", .entries = {file_entry("usr/local/bin/a")}}}};
    BaseContents bases;
    const ImageContents contents = contents_of(recipe, facts, bases);
    return prove_runnable({facts, "/usr/local/bin/a", platform, contents});
  };
  CHECK(prove({debian()}).runs());
  const Runnability none = prove({tar_of({file_entry("etc/passwd")})});
  REQUIRE(none.problems.size() == 2);
  CHECK(none.problems[0].find("its interpreter /lib64/ld-linux-x86-64.so.2 is not in the image") != std::string::npos);
  const std::string gone = tar_of({file_entry("usr/lib/x86_64-linux-gnu/.wh.libc.so.6")});
  CHECK(prove({debian(), gone}).problems ==
        std::vector<std::string>{"/usr/local/bin/a needs libc.so.6, which is not in the image"});
}

TEST_CASE("a static binary needs no layer of its base") {
  MemoryStore store;
  BaseParts parts{store, {}};
  parts.layers.front().size = 1;  // the store has it in another size
  const Recipe recipe{.base = image_of(store, parts.put(store)),
                      .layers = {{.title = "binary", .entries = {file_entry("usr/local/bin/a")}}}};
  BaseContents bases;
  const ElfFacts facts = read_elf(sample("static-amd64"));
  CHECK(contents_of(recipe, facts, bases).contains("/usr/local/bin/a"));
  CHECK(failure_of([&] { return bases.of(*recipe.base); }).code() == Errc::digest_mismatch);
}

TEST_CASE("whiteouts hide what is below their layer, wherever in it they stand") {
  const std::string lower = tar_of({file_entry("a/one.so"), file_entry("a/two.so"), file_entry("b/three.so")});
  const std::string upper = tar_of({file_entry("a/two.so"), file_entry("a/.wh..wh..opq"), file_entry(".wh.b")});
  const ImageContents contents = contents_of_layers({lower, upper});
  CHECK_FALSE(contents.contains("/a/one.so"));
  CHECK(contents.contains("/a/two.so"));
  CHECK_FALSE(contents.contains("/b/three.so"));
  CHECK(contents_of_layers({lower, tar_of({file_entry(".wh..wh..opq")})}).size() == 0);
  CHECK(contents_of_layers({lower, tar_of({file_entry(".wh..wh.plnk")})}).size() == 3);
}

TEST_CASE("what takes a name takes it from what had it before") {
  const std::string lower = tar_of({link_entry(EntryKind::symlink, "lib", "usr/lib"), file_entry("usr/lib/a.so")});
  CHECK(contents_of_layers({lower}).contains("/lib/a.so"));
  CHECK_FALSE(contents_of_layers({lower, tar_of({directory_entry("lib")})}).contains("/lib/a.so"));
  CHECK_FALSE(contents_of_layers({lower, tar_of({file_entry("usr")})}).contains("/usr/lib/a.so"));
  CHECK(contents_of_layers({lower, tar_of({file_entry("lib/b.so")})}).contains("/usr/lib/b.so"));
}

TEST_CASE("a hardlink is another name for its file") {
  const std::string layer = tar_of({file_entry("lib/libc-2.36.so", c_library()),
                                    link_entry(EntryKind::hardlink, "lib/libc.so.6", "lib/libc-2.36.so")});
  CHECK(contents_of_layers({layer}).glibc() == GlibcVersion{2, 36, 0});
}

TEST_CASE("a C library for another machine, or a damaged one, says nothing about glibc") {
  const std::string damaged = c_library().substr(0, 100);
  CHECK_FALSE(contents_of_layers({tar_of({file_entry("lib/libc.so.6", damaged)})}).glibc());
  MemoryStore store;
  const auto arm64 = image_of(
      store,
      put_base(store, {.platform = "linux/arm64", .layers = {tar_of({file_entry("lib/libc.so.6", c_library())})}}),
      "linux/arm64");
  CHECK_FALSE(read_contents(*arm64).glibc());
}

TEST_CASE("ld.so.conf and what it includes name further directories") {
  const std::string layer = tar_of({file_entry("etc/ld.so.conf", "include ld.so.conf.d/*.conf\n/first\n"),
                                    file_entry("etc/ld.so.conf.d/x.conf", "# more\n/opt/a /opt/b:/opt/c=libc6\n"),
                                    file_entry("etc/ld.so.conf.d/y.off", "/never\n")});
  using Texts = std::vector<std::string>;
  CHECK(contents_of_layers({layer}).library_directories() == Texts{"/first", "/opt/a", "/opt/b", "/opt/c"});
  const std::string without = tar_of({file_entry("etc/ld.so.conf.d/.wh.x.conf")});
  CHECK(contents_of_layers({layer, without}).library_directories() == Texts{"/first"});
  const std::string loop = tar_of({file_entry("etc/ld.so.conf", "include /etc/ld.so.conf\nhwcap 1 x\nrelative\n")});
  CHECK(contents_of_layers({loop}).library_directories().empty());
}

TEST_CASE("LD_LIBRARY_PATH of the base counts") {
  MemoryStore store;
  const Recipe recipe{
      .base = image_of(store, put_base(store, {.execution = {.env = {"LD_LIBRARY_PATH=/opt/lib::/more"}}})),
      .layers = {}};
  BaseContents bases;
  CHECK(contents_of(recipe, read_elf(sample("dynamic-amd64")), bases).library_directories() ==
        std::vector<std::string>{"/opt/lib", "/more"});
}

TEST_CASE("a file that would replace a link of the base by a directory is refused") {
  MemoryStore store;
  BaseContents bases;
  const ElfFacts facts = read_elf(sample("static-amd64"));
  Recipe recipe{.base = image_of(store, put_base(store, {.layers = {debian()}})),
                .layers = {{.title = "files", .entries = {file_entry("lib/own.so")}}}};
  const Error error = failure_of([&] { return contents_of(recipe, facts, bases); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "/lib/own.so would replace the link /lib -> usr/lib of the base by a directory"));
  recipe.layers.front().entries.front().path = "usr/lib/own.so";
  CHECK_NOTHROW(contents_of(recipe, facts, bases));
}

TEST_CASE("compressed layers are read whatever their media type says") {
  MemoryStore store;
  BaseParts parts{store, {.layers = {}}};
  MemorySink sink;
  const Layer layer = write_layer(std::vector{file_entry("lib/a.so")}, {}, sink);
  Descriptor mislabelled = testing::put_document(store, media_type::docker_layer_tar, sink.take());
  parts.layers = {mislabelled};
  parts.config.diff_ids = {layer.diff_id};
  CHECK(read_contents(*image_of(store, parts.put(store))).contains("/lib/a.so"));
}

TEST_CASE("a layer that is damaged, or not what the config says, is an integrity error (DL01)") {
  MemoryStore store;
  BaseParts parts{store, {}};
  parts.config.diff_ids = {Digest::of("other")};
  const Error other = failure_of([&] { return read_contents(*image_of(store, parts.put(store))); });
  CHECK(other.code() == Errc::digest_mismatch);
  CHECK(says(other, "its config says " + Digest::of("other").string()));
  Descriptor lying = parts.layers.front();
  lying.digest = parts.config.diff_ids.front();
  parts.layers = {lying};
  CHECK(failure_of([&] { return read_contents(*image_of(store, parts.put(store))); }).code() == Errc::not_found);
}

TEST_CASE("hostile layers are read safely or refused (AT10)") {
  const std::string odd = tar_of({file_entry("x/../../etc/ld.so.conf", "/evil"), file_entry("/abs.so"),
                                  link_entry(EntryKind::symlink, "loop.so", "loop.so"), file_entry("loop.so/below.so"),
                                  link_entry(EntryKind::hardlink, "h.so", "../../etc/shadow"),
                                  link_entry(EntryKind::symlink, "a.so", "b.so"), file_entry("a.so"), file_entry("./"),
                                  file_entry("again.so"), file_entry("again.so")});
  const ImageContents contents = contents_of_layers({odd});
  CHECK(contents.library_directories().empty());
  CHECK(contents.contains("/abs.so"));
  CHECK(contents.contains("/a.so"));
  CHECK_FALSE(contents.contains("/loop.so"));
  CHECK(failure_of([] { return contents_of_layers({std::string(2048, 'x')}); }).code() == Errc::invalid_document);
}

TEST_CASE("standard directories hold the multiarch name of the platform") {
  const auto directories = standard_library_directories(Platform::parse("linux/arm64"));
  CHECK(std::find(directories.begin(), directories.end(), "/usr/lib/aarch64-linux-gnu") != directories.end());
}

}  // namespace
}  // namespace ocibuild
