// Deciding from registries.
#include <algorithm>

#include <fmt/format.h>

#include "deploy/image_names.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/pinning.hpp"

namespace ocibuild {
namespace {

bool is_repository_of(std::string_view repository, const std::string& component) {
  const std::string_view last = repository.substr(repository.rfind('/') + 1);
  return last == component || last.ends_with("-" + component);
}

Error no_registry(const ImageSite& site) {
  return Error{Errc::unsupported, fmt::format("line {}: {} names no registry to ask", site.line, site.image)}.add_help(
      "pin it by the digests of a build first, as in 'ocibuild pin --digests FILE'");
}

}  // namespace

std::optional<NewImage> TagPinning::decide(const std::string& file, const ImageSite& site) {
  if (const auto named = named_component(site.image); named && is_wanted(*named)) throw no_registry(site);
  const auto reference = parse_image(site.image);
  if (!reference) return std::nullopt;
  std::string component;
  for (const std::string& name : wanted_) {
    if (is_repository_of(reference->repository, name)) component = name;
  }
  if (!wanted_.empty() && component.empty()) return std::nullopt;
  PinnedSite pinned{.file = file, .site = site, .component = component, .after = site.image};
  if (reference->digest) {
    sites_.push_back(std::move(pinned));
    return std::nullopt;
  }
  // Of several parts the tag is elsewhere, in the chart or the manifest, when it is not here.
  if (site.form != ImageSite::Form::reference && site.tag.empty()) return std::nullopt;
  const std::string complete = reference->name() + ":" + reference->tag_or_digest();
  const auto known = known_.find(complete);
  const Digest digest =
      known == known_.end() ? known_.emplace(complete, resolve_(*reference)).first->second : known->second;
  NewImage image{.name = split_image(site.image).name, .tag = std::nullopt, .digest = digest.string()};
  pinned.after = image.string();
  pinned.change = PinnedSite::Change::image;
  sites_.push_back(std::move(pinned));
  return image;
}

bool TagPinning::is_wanted(const std::string& component) const {
  return wanted_.empty() || std::ranges::find(wanted_, component) != wanted_.end();
}

std::vector<std::string> TagPinning::missing() const {
  std::vector<std::string> missing;
  for (const std::string& name : wanted_) {
    if (std::ranges::find(sites_, name, &PinnedSite::component) == sites_.end()) missing.push_back(name);
  }
  return missing;
}

}  // namespace ocibuild
