// Joining the digests files of a build that was spread over several machines.
#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void throw_conflict(std::string_view what, std::string_view one, std::string_view other) {
  throw Error{Errc::invalid_document,
              fmt::format("the parts are not of one build: {} is {} in one and {} in another", what,
                          one.empty() ? "nothing" : one, other.empty() ? "nothing" : other)};
}

void require_equal(std::string_view what, std::string_view one, std::string_view other) {
  if (one != other) throw_conflict(what, one, other);
}

// The order in which a build lists platforms.
bool stands_before(const Descriptor& one, const Descriptor& other) {
  const auto key = [](const Descriptor& manifest) {
    const Platform platform = manifest.platform.value_or(Platform{});
    return std::tuple{platform.os, platform.architecture, platform.variant};
  };
  return key(one) < key(other);
}

Index join_indexes(const std::string& name, const Index& one, const Index& other) {
  Index joint = one;
  joint.manifests.insert(joint.manifests.end(), other.manifests.begin(), other.manifests.end());
  std::ranges::sort(joint.manifests, stands_before);
  joint.manifests.erase(std::unique(joint.manifests.begin(), joint.manifests.end()), joint.manifests.end());
  Index rest = other;
  rest.manifests = joint.manifests;
  if (rest == joint) return joint;
  throw Error{
      Errc::invalid_document,
      fmt::format("the parts are not of one build: the indexes of {} differ in more than their platforms", name)};
}

void add_platforms(const std::string& name, ComponentDigests& to, const ComponentDigests& part) {
  for (const auto& [platform, image] : part.platforms) {
    const auto [same, is_new] = to.platforms.emplace(platform, image);
    if (is_new || same->second == image) continue;
    throw_conflict(fmt::format("{} for {}", name, platform), same->second.digest.string(), image.digest.string());
  }
  to.size = std::accumulate(to.platforms.begin(), to.platforms.end(), std::uint64_t{0},
                            [](std::uint64_t sum, const auto& entry) { return sum + entry.second.size; });
}

// A part whose platforms are all there adds nothing; otherwise there is a new index, which both have a share in.
void add_component(const std::string& name, ComponentDigests& to, const ComponentDigests& part) {
  require_equal(fmt::format("the image of {}", name), to.image, part.image);
  require_equal(fmt::format("the tags of {}", name), fmt::format("{}", fmt::join(to.tags, ", ")),
                fmt::format("{}", fmt::join(part.tags, ", ")));
  if (to.digest == part.digest) {
    if (!to.index) to.index = part.index;
    return;
  }
  add_platforms(name, to, part);
  to.index = join_indexes(name, require_index(name, to), require_index(name, part));
  to.digest = describe(*to.index).digest;
}

}  // namespace

const Index& require_index(const std::string& name, const ComponentDigests& component) {
  if (component.index) return *component.index;
  throw Error{Errc::invalid_document,
              fmt::format("{}: the part with {} does not contain its index, so that no joint index "
                          "can be made",
                          name, component.platforms.empty() ? "no platform" : component.platforms.begin()->first)}
      .add_help("write the parts with `ocibuild build --digests FILE`");
}

ImageDigests merge_digests(std::span<const ImageDigests> parts) {
  ImageDigests whole;
  if (parts.empty()) return whole;
  whole.revision = parts.front().revision;
  for (const ImageDigests& part : parts) {
    require_equal("the revision", whole.revision, part.revision);
    for (const auto& [name, component] : part.components) {
      const auto [same, is_new] = whole.components.emplace(name, component);
      if (!is_new) add_component(name, same->second, component);
    }
  }
  return whole;
}

}  // namespace ocibuild
