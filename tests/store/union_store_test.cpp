#include <doctest/doctest.h>

#include <filesystem>

#include "ocibuild/base/file.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "ocibuild/store/union_store.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;
using testing::failure_of;
using testing::says;

/// What a union of a layout and a memory, in either order, says about a blob that is not as it should be.
template <class Damage>
void require_failure(Errc code, Damage damage) {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore layout{dir.path() / "layout"};
  const Blob blob = memory_blob("text/plain", "some text");
  layout.put(blob);
  const fs::path path = layout.blob_path(blob.descriptor.digest);
  damage(path);
  const MemoryStore memory;
  for (const bool first : {true, false}) {
    const UnionStore both{first ? std::vector<const ReadStore*>{&layout, &memory}
                                : std::vector<const ReadStore*>{&memory, &layout}};
    const Error error = failure_of([&] { return read_blob(both, blob.descriptor, 1 << 20); });
    CHECK(error.code() == code);
    CHECK((says(error, path.native()) || (first && code == Errc::not_found)));
  }
}

}  // namespace

TEST_CASE("a union says where a blob is that is not as it should be") {
  require_failure(Errc::digest_mismatch, [](const fs::path& path) { fs::resize_file(path, 4); });
  require_failure(Errc::invalid_document, [](const fs::path& path) {
    fs::rename(path, path.native() + ".moved");
    fs::create_symlink(path.native() + ".moved", path);
  });
}

TEST_CASE("a union says as its last store that a blob is nowhere") {
  require_failure(Errc::not_found, [](const fs::path& path) { fs::remove(path); });
  CHECK(failure_of([] { return UnionStore{{}}.open(describe("text/plain", "x")); }).code() == Errc::not_found);
}

}  // namespace ocibuild
