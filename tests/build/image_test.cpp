#include "ocibuild/build/image.hpp"

#include <doctest/doctest.h>

#include "build/planned.hpp"
#include "ocibuild/build/assemble.hpp"
#include "ocibuild/build/build.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "support/failure.hpp"
#include "support/golden.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::GivenServices;
using testing::says;
using Texts = std::vector<std::string>;

const RunCommand nothing_runs = [](const Command& command, const CommandOutput&) -> ExitStatus {
  throw Error{Errc::not_found, command.argv.front()};
};

Config config_of(const ReadStore& store, const Descriptor& manifest) {
  return parse_config(read_blob(store, parse_manifest(read_blob(store, manifest, 1 << 20)).config, 1 << 20));
}

FileEntry text_entry(std::string path, std::string text) {
  return {.path = std::move(path), .content = std::make_shared<const std::string>(std::move(text))};
}

TEST_CASE("fixed binaries give the images of the golden file") {
  GivenServices services;
  services.edit(R"("expose": [)", R"("env": {"RUST_LOG": "info"}, "cmd": ["--port", "3000"], "expose": [)");
  services.request.command_line.tags = {"latest", "v1"};
  MemoryStore store;
  const BuildResult result = build(services.plan(), store, nothing_runs);
  std::map<std::string, std::string> found;
  for (const BuiltComponent& component : result.components) {
    found[component.name] = component.index.digest.string();
    for (const BuiltImage& image : component.images) {
      found[component.name + "-" + image.manifest.platform->architecture] = image.manifest.digest.string();
    }
  }
  testing::check_golden("images.txt", found);
}

TEST_CASE("a component says how it runs and where it comes from") {
  GivenServices services;
  services.edit(R"("expose": [)",
                R"("env": {"A": "b"}, "cmd": ["-v"], "workdir": "/tmp", "labels": {"l": "m"}, "expose": [)");
  MemoryStore store;
  const BuildResult result = build(services.plan(), store, nothing_runs);
  const Config config = config_of(store, result.components[0].images[1].manifest);
  CHECK(config.platform == Platform::parse("linux/arm64"));
  CHECK(config.created == "1970-01-01T00:00:00Z");
  CHECK(config.config.user == "65532:65532");
  CHECK(config.config.entrypoint == Texts{"/usr/local/bin/api"});
  CHECK(config.config.cmd == Texts{"-v"});
  CHECK(config.config.working_dir == "/tmp");
  CHECK(config.config.env == Texts{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=b"});
  CHECK(config.config.exposed_ports == std::set<std::string>{"3000/tcp"});
  CHECK(config.config.labels.at("l") == "m");
  CHECK(config.config.labels.at("org.opencontainers.image.version") == "1.2.3");
  REQUIRE(config.history.size() == config.diff_ids.size());
  CHECK(config.history.back().created_by == "ocibuild binary api");
}

TEST_CASE("files below /tmp and a home leave them as they are") {
  GivenServices services;
  write_file(services.directory.path() / "file", "x");
  const std::string source = R"({"allow-outside": true, "source": ")" + (services.directory.path() / "file").string();
  services.edit(R"("expose": [)", R"("files": [)" + source + R"(", "dest": "/tmp/a"}, )" + source +
                                      R"(", "dest": "/home/nonroot/b"}], "expose": [)");
  const std::vector<LayerPlan> layers = services.plan().components[0].layers;
  REQUIRE(layers.size() == 2);
  std::map<std::string, std::uint32_t> modes;
  for (const FileEntry& entry : layers[1].entries) modes[entry.path] = entry.mode;
  CHECK(modes == std::map<std::string, std::uint32_t>{
                     {"tmp", 01777}, {"tmp/a", 0644}, {"home/nonroot", 0700}, {"home/nonroot/b", 0644}});
}

TEST_CASE("an index lists amd64 before arm64 and is annotated as its manifests are") {
  MemoryStore store;
  const BuildResult result = build(GivenServices{}.plan(), store, nothing_runs);
  const Index index = parse_index(read_blob(store, result.components[0].index, 1 << 20));
  REQUIRE(index.manifests.size() == 2);
  CHECK(index.manifests[0].platform->architecture == "amd64");
  CHECK(index.manifests[1].platform->variant == "v8");
  const Manifest manifest = parse_manifest(read_blob(store, index.manifests[0], 1 << 20));
  CHECK(index.annotations == manifest.annotations);
  CHECK(index.annotations.at("org.opencontainers.image.licenses") == "MIT OR Apache-2.0");
  CHECK(index.annotations.at("org.opencontainers.image.source") == "https://github.com/acme/services");
}

TEST_CASE("components are named alone, and with each tag that was asked for") {
  GivenServices services;
  MemoryStore store;
  const BuildResult plain = build(services.plan(), store, nothing_runs);
  CHECK(store.resolve("api")->digest == plain.components[0].index.digest);
  CHECK_FALSE(store.resolve("api:latest"));
  services.request.command_line.tags = {"latest", "v1"};
  build(services.plan(), store, nothing_runs);
  CHECK(store.resolve("api:latest"));
  CHECK(store.resolve("worker:v1"));
}

TEST_CASE("a binary for another machine stops the build before anything is written") {
  GivenServices services;
  services.request.binaries[1].path = services.request.binaries[0].path;
  MemoryStore store;
  const Error error = failure_of([&] { return build(services.plan(), store, nothing_runs); });
  CHECK(says(error, "api for linux/arm64"));
  CHECK(store.roots().empty());
}

TEST_CASE("events tell of every binary and image, one at a time") {
  int binaries = 0;
  int images = 0;
  const BuildEvents events = [&](const BuildEvent& event) {
    binaries += std::holds_alternative<BinaryReady>(event) ? 1 : 0;
    if (const auto* ready = std::get_if<ImageReady>(&event)) images += ready->size > 0 ? 1 : 0;
  };
  MemoryStore store;
  build(GivenServices{}.plan(), store, nothing_runs, {.jobs = 4}, events);
  CHECK(binaries == 4);
  CHECK(images == 4);
}

TEST_CASE("the number of jobs does not change an image") {
  MemoryStore store;
  const Plan plan = GivenServices{}.plan();
  GivenServices services;
  const BuildResult one = build(services.plan(), store, nothing_runs, {.jobs = 1});
  const BuildResult eight = build(services.plan(), store, nothing_runs, {.jobs = 8});
  CHECK(one.components[0].index == eight.components[0].index);
}

// Counts the layers that are written.
class CountingStore final : public Store {
 public:
  bool contains(const Descriptor& descriptor) const override { return store_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return store_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return store_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store_.roots(); }
  void put(const Blob& blob) override { store_.put(blob); }
  void tag(const Descriptor& root, std::string_view name) override { store_.tag(root, name); }
  Descriptor add(const std::function<Descriptor(Sink&)>& write) override {
    ++added;
    return store_.add(write);
  }

  int added = 0;

 private:
  MemoryStore store_;
};

TEST_CASE("equal layers are made once, whatever images they are in") {
  CountingStore store;
  LayerMemo memo;
  const std::vector<FileEntry> entries{text_entry("a", "x")};
  const Layer first = memo.write(entries, {}, store);
  CHECK(memo.write(entries, {.jobs = 2}, store).descriptor == first.descriptor);
  CHECK(store.added == 1);
  memo.write(std::vector{text_entry("a", "y")}, {}, store);
  memo.write(entries, {.mtime = 1}, store);
  CHECK(store.added == 3);
}

TEST_CASE("a file that was written again between two images is not the layer it was") {
  const TempDir directory{std::filesystem::temp_directory_path()};
  const std::vector<FileEntry> entries{{.path = "a", .source = directory.path() / "a"}};
  CountingStore store;
  LayerMemo memo;
  write_file(entries.front().source, "one");
  const Layer first = memo.write(entries, {}, store);
  CHECK(memo.write(entries, {}, store).diff_id == first.diff_id);
  write_file(entries.front().source, "two");
  CHECK(memo.write(entries, {}, store).diff_id == describe_tar(entries).diff_id);
  CHECK(store.added == 2);
}

TEST_CASE("an index refuses images without a platform and two for one") {
  MemoryStore store;
  Recipe recipe{.layers = {{.title = "files", .entries = {text_entry("a", "x")}}}};
  recipe.config.platform = Platform::parse("linux/amd64");
  Descriptor image = build_image(recipe, store);
  const std::vector<Descriptor> twice{image, image};
  CHECK(says(failure_of([&] { return build_index(twice, {}, store); }), "two images for linux/amd64"));
  image.platform.reset();
  CHECK(says(failure_of([&] { return build_index(std::vector{image}, {}, store); }), "has no platform"));
}

TEST_CASE("an image is assembled from files, its program proven to run") {
  GivenServices services;
  MemoryStore store;
  ImageRequest request{.files = {parse_add("api.amd64:/app/api:0755")},
                       .directory = services.directory.path(),
                       .platforms = {Platform::parse("linux/amd64")},
                       .execution = {.entrypoint = {"/app/api"}}};
  CHECK(assemble_image(request, store).media_type == media_type::index);
  request.platforms.push_back(Platform::parse("linux/arm64"));
  CHECK(says(failure_of([&] { return assemble_image(request, store); }), "/app/api for linux/arm64"));
  request.execution.entrypoint.clear();
  CHECK(assemble_image(request, store).media_type == media_type::index);
}

TEST_CASE("what to add is read as SRC:DST[:MODE]") {
  CHECK(parse_add("a:/b:0755") == FileRule{"a", "/b", 0755, OutsideWorkspace::allow});
  CHECK(parse_add("a:/b").mode == std::nullopt);
  for (const char* const bad : {"a", ":/b", "a:b", "a:/b:rwx", "a:/b:", "a:/../b"}) {
    CAPTURE(bad);
    CHECK(failure_of([&] { return parse_add(bad); }).code() == Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace ocibuild
