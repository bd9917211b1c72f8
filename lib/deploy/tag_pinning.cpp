// Deciding from registries.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "deploy/image_names.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/pinning.hpp"

namespace ocibuild {
namespace {

std::string last_part(const std::string& repository) {
  return repository.substr(repository.rfind('/') + 1);
}

bool is_repository_of(const std::string& last, const std::string& component) {
  return last == component || last.ends_with("-" + component);
}

// Of several the longest one: `demon-operate-ui` is `operate-ui` when `ui` is asked for beside it.
std::string longest_fitting(const std::vector<std::string>& components, const std::string& last) {
  std::string longest;
  for (const std::string& name : components) {
    if (name.size() > longest.size() && is_repository_of(last, name)) longest = name;
  }
  return longest;
}

// The reference of a site that can be asked for, or has a digest already.
std::optional<Reference> known_reference(const ImageSite& site) {
  auto reference = parse_image(site.image);
  // Of several parts the tag is elsewhere, in the chart or the manifest, when it is not here.
  const bool has_tag = site.form == ImageSite::Form::reference || !site.tag.empty();
  if (!reference || (!has_tag && !reference->digest)) return std::nullopt;
  return reference;
}

// `demon-ui` and `demon-operate-ui` both end in `-ui`, and nobody can tell from that which one `ui` is.
void require_one(const std::string& component, const std::set<std::string>& last_parts) {
  if (last_parts.size() < 2) return;
  throw Error{Errc::invalid_argument, fmt::format("{} may be any of {}", component, fmt::join(last_parts, ", "))}
      .add_help(fmt::format("ask for one by its whole name, as in '{}', or name its container {}", *last_parts.rbegin(),
                            component));
}

Error no_registry(const ImageSite& site) {
  return Error{Errc::unsupported, fmt::format("line {}: {} names no registry to ask", site.line, site.image)}.add_help(
      "pin it by the digests of a build first, as in 'ocibuild pin --digests FILE'");
}

}  // namespace

TagPinning::TagPinning(std::vector<std::string> components, std::span<const ImageSite> sites, ResolveDigest resolve)
    : wanted_{std::move(components)}, resolve_{std::move(resolve)} {
  std::map<std::string, std::set<std::string>> fitting;
  for (const ImageSite& site : sites) {
    const auto reference = known_reference(site);
    if (!reference) continue;
    const std::string last = last_part(reference->repository);
    if (std::ranges::find(wanted_, site.container) != wanted_.end()) repositories_[site.container].insert(last);
    fitting[longest_fitting(wanted_, last)].insert(last);
  }
  for (const std::string& component : wanted_) {
    if (repositories_.contains(component)) continue;
    std::set<std::string>& last_parts = fitting[component];
    if (last_parts.contains(component)) last_parts = {component};
    require_one(component, last_parts);
    repositories_.emplace(component, last_parts);
  }
}

// Empty when it is of none.
std::string TagPinning::component_of(const ImageSite& site, const std::string& repository) const {
  if (std::ranges::find(wanted_, site.container) != wanted_.end()) return site.container;
  const std::string last = last_part(repository);
  const auto found = repositories_.find(longest_fitting(wanted_, last));
  return found != repositories_.end() && found->second.contains(last) ? found->first : std::string{};
}

std::optional<NewImage> TagPinning::decide(const std::string& file, const ImageSite& site) {
  if (const auto named = named_component(site.image); named && is_wanted(*named)) throw no_registry(site);
  const auto reference = known_reference(site);
  if (!reference) return std::nullopt;
  const std::string component = component_of(site, reference->repository);
  if (!wanted_.empty() && component.empty()) return std::nullopt;
  PinnedSite pinned{.file = file, .site = site, .component = component, .after = site.image};
  if (reference->digest) {
    sites_.push_back(std::move(pinned));
    return std::nullopt;
  }
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
