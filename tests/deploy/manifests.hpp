// The manifests of tests/data/kubernetes, and pinning them with sample digests.
//
// What is to be pinned has the tag 1.4.2 there, unless a file NAME.expected says what becomes of NAME.yaml. Mentions of
// an image that are not to change have other tags.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "deploy/sample_digests.hpp"
#include "ocibuild/deploy/pinning.hpp"

namespace ocibuild::testing {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Components `engine`, `runtime` and `operate-ui`, with images like ghcr.io/acme/demon-engine.
inline ImageDigests demon_digests() {
  ImageDigests digests = sample_digests("engine", {"linux/amd64"});
  for (const char* name : {"runtime", "operate-ui"})
    digests.components.emplace(name, sample_component(name, {"linux/arm64"}));
  return digests;
}

/// Where the kinds in these files name images.
inline std::vector<ImagePath> demon_paths() {
  std::vector<ImagePath> paths;
  for (const char* text : {"Workflow:spec.templates[].container.image", "Workflow:spec.templates[].sidecars[].image",
                           "Prometheus:spec.image", "Prometheus:spec.containers[].image", "Task:spec.steps[].image",
                           "Task:spec.sidecars[].image", "Rollout:spec.template.spec.containers[].image"}) {
    paths.push_back(ImagePath::parse(text));
  }
  return paths;
}

/// A manifest after pinning, and what is remembered then.
struct Pinned {
  std::string text;
  Pins pins;
  std::vector<PinnedSite> sites;
};

inline Pinned pin(const std::string& text, const Pins& pins = {}, std::optional<std::string> placeholder = {}) {
  Pinning pinning{{.digests = demon_digests(), .components = {}, .replace = {}, .placeholder = std::move(placeholder)},
                  pins};
  const auto decide = [&](const ImageSite& site) { return pinning.decide("file.yaml", site); };
  std::string pinned = pin_images(text, decide, demon_paths());
  return {std::move(pinned), pinning.pins(), pinning.sites()};
}

inline std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// `text` with every reference that is to be pinned replaced as text.
inline std::string replace_references(std::string text) {
  for (const auto& [name, component] : demon_digests().components) {
    text = replace_all(text, component.image + ":1.4.2", component.reference());
  }
  return text;
}

/// The content of a .expected file with `@ENGINE@` and `@ENGINE_DIGEST@` filled in.
inline std::string fill_in(std::string text) {
  for (const auto& [name, component] : demon_digests().components) {
    std::string word;
    for (const char c : name) word += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
    text = replace_all(text, "@" + word + "_DIGEST@", component.digest.string());
    text = replace_all(text, "@" + word + "@", component.reference());
  }
  return text;
}

struct SampleFile {
  std::string name;
  std::string text;
  std::string expected;              ///< after pinning
  bool has_references_only = false;  ///< `expected` is what replace_references gives
};

inline std::vector<SampleFile> sample_files(const std::filesystem::path& folder) {
  std::map<std::string, SampleFile> sorted;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    std::filesystem::path path = entry.path();
    if (path.extension() == ".expected") continue;
    SampleFile manifest{.name = path.filename().string(), .text = read_text(path), .expected = {}};
    manifest.has_references_only = !std::filesystem::exists(path.replace_extension(".expected"));
    manifest.expected = manifest.has_references_only ? replace_references(manifest.text) : fill_in(read_text(path));
    sorted.emplace(manifest.name, std::move(manifest));
  }
  std::vector<SampleFile> all;
  for (auto& [name, manifest] : sorted) all.push_back(std::move(manifest));
  return all;
}

}  // namespace ocibuild::testing
