#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ocibuild/audit/verify.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/layer/layer.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

namespace fs = std::filesystem;

/// Parts of an image that a test may bend before it is put together.
struct Parts {
  Config config{.platform = Platform::parse("linux/amd64")};
  std::vector<Descriptor> layers;
  std::string config_type{media_type::config};
  Platform platform = Platform::parse("linux/amd64");
};

/// One layer of `content` (not a tar, which verify does not mind), with its diff_id and history.
void add_layer(MemoryStore& store, Parts& parts, std::string content, std::string_view type = media_type::layer_tar) {
  const Blob blob = memory_blob(type, std::move(content));
  store.put(blob);
  parts.layers.push_back(blob.descriptor);
  parts.config.diff_ids.push_back(blob.descriptor.digest);
  parts.config.history.push_back({.created_by = "a test"});
}

Descriptor put_image(MemoryStore& store, const Parts& parts) {
  const Blob config = memory_blob(parts.config_type, serialize(parts.config));
  store.put(config);
  const Manifest manifest{.config = config.descriptor, .layers = parts.layers};
  const Blob blob = memory_blob(manifest.media_type, serialize(manifest));
  store.put(blob);
  Descriptor root = blob.descriptor;
  root.platform = parts.platform;
  return root;
}

Finding only_finding(const Report& report) {
  REQUIRE(report.findings.size() == 1);
  return report.findings.front();
}

bool mentions(const Finding& finding, std::string_view text) {
  return finding.message.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("a good index verifies, and every blob is counted once") {
  MemoryStore store;
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    const Descriptor root = testing::put_sample_image(store, {.compression = compression});
    CHECK(verify(store, root).findings.empty());
  }
  const Report report = verify(store, testing::put_sample_index(store));
  CHECK(report.ok());
  CHECK(report.blobs == 6);
}

TEST_CASE("a flipped byte in any blob of a layout is an integrity finding with digest and file") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Descriptor root = testing::put_sample_index(store);
  int flipped = 0;
  for (const auto& file : fs::recursive_directory_iterator{dir.path() / "blobs"}) {
    if (!file.is_regular_file()) continue;
    const std::string good = read_file(file.path(), 1 << 20);
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    std::ofstream{file.path()} << bad;
    const Finding finding = only_finding(verify(store, root));
    CHECK(finding.kind == FindingKind::integrity);
    CHECK(finding.digest.encoded() == file.path().filename().native());
    CHECK(mentions(finding, file.path().native()));
    std::ofstream{file.path()} << good;
    ++flipped;
  }
  CHECK(flipped == 6);
  CHECK(verify(store, root).ok());
}

TEST_CASE("verify goes on after a finding") {
  const TempDir dir{fs::temp_directory_path()};
  LayoutStore store{dir.path()};
  const Descriptor root = testing::put_sample_index(store);
  for (const Descriptor& child : parse_index(read_blob(store, root, 1 << 20)).manifests) {
    fs::remove(store.blob_path(child.digest));
  }
  const Report report = verify(store, root);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].path == "manifests[0] linux/amd64");
  CHECK(report.findings[1].path == "manifests[1] linux/arm64");
  CHECK(report.findings[1].kind == FindingKind::integrity);
}

TEST_CASE("a layer whose content is not its diff_id is an integrity finding") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "content");
  parts.config.diff_ids = {Digest::of("other content")};
  const Finding finding = only_finding(verify(store, put_image(store, parts)));
  CHECK(finding.kind == FindingKind::integrity);
  CHECK(finding.path == "layers[0]");
  CHECK(mentions(finding, Digest::of("other content").string()));
}

TEST_CASE("a layer that is not compressed as its media type says is an integrity finding") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "not compressed", media_type::layer_gzip);
  const Finding finding = only_finding(verify(store, put_image(store, parts)));
  CHECK(finding.kind == FindingKind::integrity);
  CHECK(finding.path == "layers[0]");
}

TEST_CASE("a layer that expands beyond the limit is a finding") {
  MemoryStore store;
  const Descriptor root =
      testing::put_sample_image(store, {.greeting = std::string(8 << 20, '\0'), .compression = Compression::gzip});
  CHECK(verify(store, root).ok());
  const Finding finding = only_finding(verify(store, root, {.max_layer_size = 1 << 20}));
  CHECK(mentions(finding, "expands to more than 1048576 bytes"));
}

TEST_CASE("a config with too few diff_ids or history lines is a semantic finding") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "one");
  add_layer(store, parts, "two");
  parts.config.diff_ids.pop_back();
  CHECK(mentions(only_finding(verify(store, put_image(store, parts))), "2 layers, its config 1 diff_ids"));
  parts.config.diff_ids.push_back(Digest::of("two"));
  parts.config.history.back().empty_layer = true;
  const Finding finding = only_finding(verify(store, put_image(store, parts)));
  CHECK(finding.kind == FindingKind::semantic);
  CHECK(mentions(finding, "2 layers, the history of its config makes 1"));
}

TEST_CASE("a platform that differs between index and config is a semantic finding") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "content");
  parts.platform = Platform::parse("linux/arm64");
  const Finding finding = only_finding(verify(store, put_image(store, parts)));
  CHECK(finding.kind == FindingKind::semantic);
  CHECK(mentions(finding, "the index says linux/arm64, the config says linux/amd64"));
}

TEST_CASE("mixed media types of OCI and Docker are a semantic finding") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "content", media_type::docker_layer_tar);
  CHECK(only_finding(verify(store, put_image(store, parts))).kind == FindingKind::semantic);
}

TEST_CASE("a document that is not what its media type says is an integrity finding") {
  MemoryStore store;
  const Descriptor index = testing::put_sample_index(store);
  const Blob liar = memory_blob(media_type::manifest, read_blob(store, index, 1 << 20));
  const Finding finding = only_finding(verify(store, liar.descriptor));
  CHECK(finding.kind == FindingKind::integrity);
  CHECK(finding.path == "root");
}

TEST_CASE("a layer that must not be distributed may be absent") {
  MemoryStore store;
  Parts parts;
  add_layer(store, parts, "content");
  const std::string type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
  parts.layers.push_back(describe(type, "elsewhere"));
  parts.config.diff_ids.push_back(Digest::of("elsewhere"));
  parts.config.history.push_back({.created_by = "someone else"});
  CHECK(verify(store, put_image(store, parts)).ok());
}

}  // namespace ocibuild
