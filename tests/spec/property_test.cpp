// Random documents, the same on every machine: what is written reads back equal, and no mutation of it does harm.
#include <random>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"

using namespace ocibuild;

namespace {

class Generator {
 public:
  explicit Generator(unsigned seed) : random_{seed} {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string text() {
    constexpr std::string_view pieces[] = {"a", "Z", "0", "/", "\"", "\\", "\n", "\x01", "\x7f", "é", "€", "😀", " "};
    std::string result;
    for (std::size_t i = below(8); i > 0; --i) result += pieces[below(std::size(pieces))];
    return result;
  }

  std::vector<std::string> texts() {
    std::vector<std::string> result(below(3));
    for (std::string& item : result) item = text();
    return result;
  }

  Annotations map() {
    Annotations result;
    for (std::size_t i = below(4); i > 0; --i) result[text()] = text();
    return result;
  }

  std::set<std::string> set() {
    const std::vector<std::string> items = texts();
    return {items.begin(), items.end()};
  }

  UnknownFields unknown() {
    constexpr std::string_view values[] = {"null", "-0.50", "1E+2", "[]", R"({"a":[{}]})", R"("\u0001")", "false"};
    UnknownFields result;
    for (std::size_t i = below(3); i > 0; --i) result["x-" + text()] = values[below(std::size(values))];
    return result;
  }

  Platform platform() {
    return {.architecture = text(), .os = text(), .os_version = text(), .os_features = texts(), .variant = text()};
  }

  Descriptor descriptor() {
    const std::string content = text();
    Descriptor result = describe(below(2) == 0 ? media_type::layer_gzip : media_type::config, content);
    if (below(2) == 0) result.data = content;
    if (below(2) == 0) result.platform = platform();
    if (result.platform) result.platform->unknown = unknown();
    if (below(2) == 0) result.artifact_type = "a/b";
    result.urls = texts();
    result.annotations = map();
    result.unknown = unknown();
    return result;
  }

  std::vector<Descriptor> descriptors() {
    std::vector<Descriptor> result;
    for (std::size_t i = below(4); i > 0; --i) result.push_back(descriptor());
    return result;
  }

  std::optional<Descriptor> subject() { return below(2) == 0 ? std::nullopt : std::optional{descriptor()}; }

  Manifest manifest() {
    return {.config = descriptor(),
            .layers = descriptors(),
            .subject = subject(),
            .annotations = map(),
            .unknown = unknown()};
  }

  Index index() {
    return {.manifests = descriptors(), .subject = subject(), .annotations = map(), .unknown = unknown()};
  }

  Config config() {
    return {.created = below(2) == 0 ? "" : "2026-01-02T03:04:05Z",
            .author = text(),
            .platform = platform(),
            .config = {.user = text(),
                       .exposed_ports = set(),
                       .env = texts(),
                       .entrypoint = texts(),
                       .cmd = texts(),
                       .volumes = set(),
                       .working_dir = text(),
                       .labels = map(),
                       .stop_signal = text(),
                       .unknown = unknown()},
            .diff_ids = {below(3), Digest::of(text())},
            .rootfs_unknown = unknown(),
            .history = {below(3), History{.created_by = text(), .empty_layer = below(2) == 0, .unknown = unknown()}},
            .unknown = unknown()};
  }

  std::string mutate(std::string bytes) {
    for (std::size_t i = below(4) + 1; i > 0; --i) bytes[below(bytes.size())] ^= static_cast<char>(1 << below(8));
    if (below(4) == 0) bytes.resize(below(bytes.size()));
    return bytes;
  }

 private:
  std::mt19937 random_;
};

// True when the mutated document was taken; then it must be one that can be written and read again.
template <class Parse>
bool survives(std::string_view bytes, Parse parse) {
  try {
    const auto document = parse(bytes);
    CHECK(parse(serialize(document)) == document);
    return true;
  } catch (const Error& error) {
    CHECK((error.code() == Errc::invalid_document || error.code() == Errc::unsupported));
    return false;
  }
}

template <class Make, class Parse>
void check_documents(Make make, Parse parse) {
  Generator generator{7};
  int taken = 0;
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    const auto document = make(generator);
    const std::string bytes = serialize(document);
    REQUIRE(parse(bytes) == document);
    REQUIRE(serialize(parse(bytes)) == bytes);
    for (int j = 0; j < 5; ++j) (survives(generator.mutate(bytes), parse) ? taken : refused)++;
  }
  CHECK(taken > 20);
  CHECK(refused > 20);
}

}  // namespace

TEST_CASE("random manifests read back equal and mutated ones do no harm") {
  check_documents([](Generator& generator) { return generator.manifest(); },
                  [](std::string_view text) { return parse_manifest(text); });
}

TEST_CASE("random indexes read back equal and mutated ones do no harm") {
  check_documents([](Generator& generator) { return generator.index(); },
                  [](std::string_view text) { return parse_index(text); });
}

TEST_CASE("random configurations read back equal and mutated ones do no harm") {
  check_documents([](Generator& generator) { return generator.config(); },
                  [](std::string_view text) { return parse_config(text); });
}
