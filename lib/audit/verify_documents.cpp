// Verifying indexes, manifests and configs.
#include "audit/verify_documents.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"

namespace ocibuild {
namespace {

constexpr int max_depth = 8;  // as walk

class Documents {
 public:
  explicit Documents(const ReadStore& store) : store_{store} {}

  void enter(const Descriptor& node, const std::string& path, int depth) {
    if (depth > max_depth) return contradict(node, path, fmt::format("nested deeper than {} levels", max_depth));
    switch (node_kind(node.media_type)) {
      case NodeKind::blob: return add_blob(node, path, std::nullopt);
      case NodeKind::index: return enter_index(node, path, depth);
      case NodeKind::manifest: return enter_manifest(node, path);
    }
  }

  VerifiedDocuments take() { return std::move(result_); }

 private:
  void contradict(const Descriptor& node, const std::string& path, std::string message) {
    result_.report.findings.push_back({FindingKind::semantic, node.digest, path, std::move(message)});
  }

  /// Reads a document once and parses it; nothing when it is known already or wrong, which is reported.
  template <class Parse>
  auto read(const Descriptor& node, const std::string& path, const Parse& parse)
      -> std::optional<decltype(parse(std::string_view{}))> {
    if (!documents_.emplace(node.digest, node.size, node.media_type).second) return std::nullopt;
    try {
      const std::string document = read_blob(store_, node, max_manifest_size);
      ++result_.report.blobs;
      result_.report.bytes += document.size();
      return parse(document);
    } catch (const Error& error) {
      result_.report.findings.push_back(finding_of(error, node, path));
      return std::nullopt;
    }
  }

  void enter_index(const Descriptor& node, const std::string& path, int depth) {
    const auto index = read(node, path, [&](std::string_view text) { return parse_index(text, node.media_type); });
    if (!index) return;
    for (std::size_t i = 0; i < index->manifests.size(); ++i) {
      const Descriptor& entry = index->manifests[i];
      const std::string platform = entry.platform ? " " + entry.platform->string() : "";
      enter(entry, below(path, fmt::format("manifests[{}]{}", i, platform)), depth + 1);
    }
  }

  void enter_manifest(const Descriptor& node, const std::string& path) {
    const auto manifest =
        read(node, path, [&](std::string_view text) { return parse_manifest(text, node.media_type); });
    if (!manifest) return;
    const std::string config_path = below(path, "config");
    std::vector<std::optional<Digest>> diff_ids(manifest->layers.size());
    if (is_image_config(manifest->config.media_type)) {
      const auto config = read(manifest->config, config_path, parse_config);
      if (config) compare(node, path, *manifest, *config);
      for (std::size_t i = 0; config && i < std::min(diff_ids.size(), config->diff_ids.size()); ++i) {
        diff_ids[i] = config->diff_ids[i];
      }
    } else {
      add_blob(manifest->config, config_path, std::nullopt);
    }
    for (std::size_t i = 0; i < diff_ids.size(); ++i) {
      add_blob(manifest->layers[i], below(path, fmt::format("layers[{}]", i)), diff_ids[i]);
    }
  }

  void compare(const Descriptor& node, const std::string& path, const Manifest& manifest, const Config& config) {
    const std::size_t layers = manifest.layers.size();
    if (config.diff_ids.size() != layers) {
      contradict(node, path,
                 fmt::format("the manifest has {} layers, its config {} diff_ids", layers, config.diff_ids.size()));
    }
    const auto is_full = [](const History& line) { return !line.empty_layer; };
    const auto made = static_cast<std::size_t>(std::count_if(config.history.begin(), config.history.end(), is_full));
    if (!config.history.empty() && made != layers) {
      contradict(node, path,
                 fmt::format("the manifest has {} layers, the history of its config makes {}", layers, made));
    }
    if (node.platform && !satisfies(config.platform, *node.platform)) {
      contradict(
          node, path,
          fmt::format("the index says {}, the config says {}", node.platform->string(), config.platform.string()));
    }
    const auto is_foreign = [&](const Descriptor& blob) {
      return family_of(blob.media_type) != family_of(node.media_type);
    };
    const auto foreign = std::find_if(manifest.layers.begin(), manifest.layers.end(), is_foreign);
    if (is_foreign(manifest.config) || foreign != manifest.layers.end()) {
      const Descriptor& blob = is_foreign(manifest.config) ? manifest.config : *foreign;
      contradict(node, path,
                 fmt::format("media types of OCI and Docker are mixed: {} in {}", blob.media_type, node.media_type));
    }
  }

  void add_blob(const Descriptor& blob, const std::string& path, const std::optional<Digest>& diff_id) {
    if (is_nondistributable(blob.media_type) && !store_.contains(blob)) return;
    const std::string expected = diff_id ? diff_id->string() : "";
    if (!blobs_.emplace(blob.digest, blob.size, expected).second) return;
    result_.blobs.push_back({blob, path, diff_id});
  }

  static std::string below(const std::string& path, std::string step) {
    return path == "root" ? step : fmt::format("{} > {}", path, step);
  }

  const ReadStore& store_;
  VerifiedDocuments result_;
  std::set<std::tuple<Digest, std::uint64_t, std::string>> documents_;
  std::set<std::tuple<Digest, std::uint64_t, std::string>> blobs_;
};

}  // namespace

VerifiedDocuments verify_documents(const ReadStore& store, const Descriptor& root) {
  Documents documents{store};
  documents.enter(root, "root", 1);
  return documents.take();
}

Finding finding_of(const Error& error, const Descriptor& blob, std::string path) {
  switch (error.code()) {
    case Errc::not_found:
    case Errc::digest_mismatch:
    case Errc::invalid_document: return {FindingKind::integrity, blob.digest, std::move(path), error.what()};
    case Errc::invalid_argument:
    case Errc::unsupported: return {FindingKind::semantic, blob.digest, std::move(path), error.what()};
    default: throw error;
  }
}

}  // namespace ocibuild
