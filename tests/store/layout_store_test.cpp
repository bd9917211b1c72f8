#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "ocibuild/base/file.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "support/failure.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;

constexpr std::size_t limit = 1 << 20;

void write(const fs::path& path, std::string_view content) {
  std::ofstream{path, std::ios::binary} << content;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{directory}) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a layout is made where there is nothing, and in an empty directory") {
  const TempDir dir{fs::temp_directory_path()};
  fs::create_directory(dir.path() / "empty");
  for (const fs::path& path : {dir.path() / "a/b", dir.path() / "empty"}) {
    LayoutStore{path};
    CHECK(read_file(path / "oci-layout", limit) == R"({"imageLayoutVersion":"1.0.0"})");
    CHECK(LayoutReader{path}.roots().empty());
  }
}

TEST_CASE("a directory that is something else is left alone") {
  const TempDir dir{fs::temp_directory_path()};
  write(dir.path() / "index.json", "{}");
  const Error error = failure_of([&] { return LayoutStore{dir.path()}.roots(); });
  CHECK(error.code() == Errc::invalid_document);
  CHECK(says(error, "neither an OCI layout nor empty"));
  CHECK(names_in(dir.path()) == std::vector<std::string>{"index.json"});
}

TEST_CASE("what a killed run left of a new layout is completed") {
  const TempDir dir{fs::temp_directory_path()};
  fs::create_directories(dir.path() / ".ocibuild");
  fs::create_directories(dir.path() / "blobs");
  write(dir.path() / ".ocibuild/.ocibuild-tmp-1-0", "{\"imageLay");
  const LayoutStore store{dir.path()};
  CHECK(store.roots().empty());
  CHECK(names_in(dir.path() / ".ocibuild") == std::vector<std::string>{"lock"});
}

TEST_CASE("reading a layout changes nothing in it") {
  const TempDir dir{fs::temp_directory_path()};
  fs::create_directory(dir.path() / "blobs");
  write(dir.path() / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  write(dir.path() / "index.json", R"({"schemaVersion":2,"manifests":[]})");
  const LayoutReader reader{dir.path()};
  CHECK(reader.roots().empty());
  CHECK_FALSE(reader.contains(describe("text/plain", "text")));
  CHECK(names_in(dir.path()) == std::vector<std::string>{"blobs", "index.json", "oci-layout"});
}

TEST_CASE("a reader refuses what is not a layout") {
  const TempDir dir{fs::temp_directory_path()};
  CHECK(failure_of([&] { return LayoutReader{dir.path() / "missing"}; }).code() == Errc::not_found);
  CHECK(failure_of([&] { return LayoutReader{dir.path()}; }).code() == Errc::invalid_document);
  write(dir.path() / "oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
  CHECK(says(failure_of([&] { return LayoutReader{dir.path()}; }), "imageLayoutVersion is \"2.0.0\""));
}

TEST_CASE("fields and entries of index.json that others wrote are kept") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Descriptor root = testing::put_sample_index(store);
  const std::string foreign =
      R"({"mediaType":"application/x.foreign","digest":"sha512:27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd","size":2,"x.new":[1.50,{"a":null}]})";
  write(dir.path() / "index.json", R"({"x.top":{"b":1e3},"manifests":[)" + foreign + R"(],"schemaVersion":2})");
  store.tag(root, "v1");
  const std::string index = read_file(dir.path() / "index.json", limit);
  CHECK(index.find(R"("x.new":[1.50,{"a":null}])") != std::string::npos);
  CHECK(index.find(R"("x.top":{"b":1e3})") != std::string::npos);
  REQUIRE(store.roots().size() == 2);
  CHECK(store.roots()[0].descriptor.media_type == "application/x.foreign");
  CHECK(store.roots()[1].name == "v1");
}

TEST_CASE("a name that is there already is not written again") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Descriptor root = testing::put_sample_index(store);
  store.tag(root, "v1");
  struct ::stat before {};
  struct ::stat after {};
  ::stat((dir.path() / "index.json").c_str(), &before);
  store.tag(root, "v1");
  ::stat((dir.path() / "index.json").c_str(), &after);
  CHECK(before.st_ino == after.st_ino);
}

TEST_CASE("a corrupt blob is set aside, reported and written again by put and by add") {
  const TempDir dir{fs::temp_directory_path()};
  std::vector<fs::path> kept;
  LayoutStore store{dir.path(),
                    {.corrupt_blob = [&](const Descriptor&, const fs::path& path) { kept.push_back(path); }}};
  const Blob blob = memory_blob("text/plain", "some text");
  const auto add = [&] { store.add([&](Sink& sink) { return sink.write(as_bytes("some text")), blob.descriptor; }); };
  store.put(blob);
  for (const std::string bad : {"some tex", "some texT", "", "some text and more"}) {
    write(store.blob_path(blob.descriptor.digest), bad);
    kept.size() % 2 == 0 ? store.put(blob) : add();
    CHECK(read_blob(store, blob.descriptor, limit) == "some text");
    CHECK(read_file(kept.back(), limit) == bad);
  }
  CHECK(kept.size() == 4);
  CHECK(names_in(dir.path() / "blobs/sha256").size() == 1);
}

TEST_CASE("a blob that is in a file already is linked, not copied") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path() / "layout"};
  Blob blob = memory_blob("text/plain", "some text");
  blob.file = dir.path() / "file";
  write(blob.file, "some text");
  store.put(blob);
  CHECK(fs::equivalent(store.file_of(blob.descriptor), blob.file));
  CHECK(read_blob(store, blob.descriptor, limit) == "some text");
}

TEST_CASE("a file that is not what its blob says, or no file, is not linked: the blob is read") {
  const TempDir dir{fs::temp_directory_path()};
  Blob blob = memory_blob("text/plain", "some text");
  blob.file = dir.path() / "file";
  const std::vector<std::function<void()>> makers{
      [&] { write(blob.file, "some texT"); }, [&] { write(blob.file, "some"); }, [] {},
      [&] { fs::create_symlink("/etc/passwd", blob.file); }, [&] { fs::create_directory(blob.file); }};
  for (std::size_t i = 0; i < makers.size(); ++i) {
    makers[i]();
    LayoutStore store{dir.path() / std::to_string(i)};
    store.put(blob);
    CHECK(read_blob(store, blob.descriptor, limit) == "some text");
    CHECK(fs::hard_link_count(store.file_of(blob.descriptor)) == 1);
    fs::remove(blob.file);
  }
}

TEST_CASE("reading a corrupt blob names its file") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Blob blob = memory_blob("text/plain", "some text");
  store.put(blob);
  write(store.blob_path(blob.descriptor.digest), "some texT");
  const Error error = failure_of([&] { return read_blob(store, blob.descriptor, limit); });
  CHECK(error.code() == Errc::digest_mismatch);
  CHECK(says(error, store.blob_path(blob.descriptor.digest).native()));
  CHECK(says(error, blob.descriptor.digest.string()));
}

TEST_CASE("a blob that is a symlink, directory, FIFO or device is refused without waiting for it") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Blob blob = memory_blob("text/plain", "some text");
  store.put(memory_blob("text/plain", "other"));  // makes blobs/sha256
  const fs::path path = store.blob_path(blob.descriptor.digest);
  write(dir.path() / "target", "some text");
  const std::vector<std::function<void()>> makers{
      [&] { fs::create_symlink(dir.path() / "target", path); }, [&] { fs::create_directory(path); },
      [&] { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }, [&] { fs::create_symlink("/dev/zero", path); }};
  for (const auto& make : makers) {
    make();
    CHECK_FALSE(store.contains(blob.descriptor));
    CHECK(failure_of([&] { return store.open(blob.descriptor); }).code() == Errc::invalid_document);
    CHECK(failure_of([&] {
            store.put(blob);
            return 0;
          }).code() == Errc::invalid_document);
    fs::remove(path);
  }
  CHECK(read_file(dir.path() / "target", limit) == "some text");
}

TEST_CASE("digests in index.json that are not digests are refused before they become paths") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore{dir.path()};
  for (const std::string& digest :
       {std::string{"sha256:../../x"}, std::string{"sha256:12"}, "sha256:" + std::string(64, 'A'),
        "sha256:" + std::string(1 << 20, 'a'), std::string{"../x:y"}}) {
    write(dir.path() / "index.json",
          R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":")" + digest + R"("}]})");
    CHECK(failure_of([&] { return LayoutReader{dir.path()}; }).code() == Errc::invalid_document);
  }
}

TEST_CASE("a failed put leaves no temporary file") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  Blob blob = memory_blob("text/plain", "some text");
  blob.open = [] { return std::make_unique<MemorySource>("wrong"); };
  CHECK(failure_of([&] {
          store.put(blob);
          return 0;
        }).code() == Errc::digest_mismatch);
  CHECK(names_in(dir.path() / ".ocibuild") == std::vector<std::string>{"lock"});
}

}  // namespace ocibuild
