// Deciding from a digests file.
#include "ocibuild/deploy/pinning.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "deploy/image_names.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

Error unknown_component(const ImageDigests& digests, const std::string& component) {
  Error error{Errc::not_found, fmt::format("the digests have no component {}", quote(component))};
  std::vector<std::string> names;
  for (const auto& [name, rest] : digests.components) names.push_back(name);
  if (!names.empty()) error.add_help(fmt::format("did you mean '{}'?", nearest(component, names)));
  return error;
}

// With its registry: `ghcr.io/acme` of `ghcr.io/acme/demon-api`.
std::string owner_of(const std::string& complete_name) {
  return complete_name.substr(0, complete_name.rfind('/'));
}

// A Kustomize entry that says where our image is pulled from: the same bytes, and so the same digest. Mirrors keep the
// last part of a name; what does not is another image in the place of ours, as a placeholder is.
bool is_mirror(const std::string& name, const ImageSite& site, const std::string& image) {
  const auto last_part = [](const std::string& text) { return text.substr(text.rfind('/') + 1); };
  return has_same_name(site.replaces, image) && last_part(name) == last_part(image);
}

}  // namespace

Pinning::Pinning(PinRequest request, Pins pins) : request_{std::move(request)}, pins_{std::move(pins)} {
  for (const std::string& component : request_.components) {
    if (!request_.digests.components.contains(component)) throw unknown_component(request_.digests, component);
  }
  for (const auto& [name, component] : request_.digests.components) {
    const std::string image = Reference::parse(component.image).name();
    components_.emplace(image, name);
    owners_.insert(owner_of(image));
  }
  for (const std::string& image : request_.replace) Reference::parse(image);
  if (!request_.placeholder) return;
  Reference::parse(*request_.placeholder);
  placeholder_ = split_image(*request_.placeholder);
  if (placeholder_->digest.empty() && !placeholder_->tag) placeholder_->tag = "latest";
}

bool Pinning::is_unlisted(const ImageSite& site) const {
  const auto reference = parse_image(site.image);
  return reference && reference->digest && owners_.contains(owner_of(reference->name()));
}

bool Pinning::is_selected(const std::string& component) const {
  return request_.components.empty() || std::ranges::find(request_.components, component) != request_.components.end();
}

std::optional<std::string> Pinning::component_of(const ImageSite& site, const Pin* remembered) const {
  if (auto named = named_component(site.image)) return named;
  // Of several parts tag and digest may be anything, since they are replaced.
  const bool is_reference = site.form == ImageSite::Form::reference;
  for (const std::string& image : {is_reference ? site.image : split_image(site.image).name, site.replaces}) {
    const auto reference = parse_image(image);
    const auto found = reference ? components_.find(reference->name()) : components_.end();
    if (found != components_.end()) return found->second;
  }
  if (remembered != nullptr && is_same_image(remembered->placeholder, site.image)) return remembered->component;
  const bool is_replaced =
      std::ranges::any_of(request_.replace, [&](const std::string& image) { return is_same_image(image, site.image); });
  if (is_replaced && request_.digests.components.contains(site.container)) return site.container;
  return std::nullopt;
}

NewImage Pinning::pinned_image(const ImageSite& site, const std::string& component, const Pin* remembered) const {
  const ComponentDigests& digests = request_.digests.components.at(component);
  NewImage image{.name = digests.image, .tag = std::nullopt, .digest = digests.digest.string()};
  const bool has_placeholder = remembered != nullptr && is_same_image(remembered->placeholder, site.image);
  const std::string name = split_image(has_placeholder ? remembered->image : site.image).name;
  if (is_mirror(name, site, digests.image)) image.name = name;
  if (site.form != ImageSite::Form::reference && has_placeholder) {
    image.tag = remembered->tag.substr(0, remembered->tag.find('@'));
  }
  return image;
}

void Pinning::remember(const PinKey& key, const ImageSite& site, const std::string& component) {
  const auto found = pins_.find(key);
  Pin pin{.component = component,
          .container = site.container,
          .image = site.image,
          .tag = site.tag,
          .placeholder = placeholder_->string()};
  // What was remembered stays: a second placeholder takes the place of the first, not of the component.
  if (found != pins_.end() && is_same_image(found->second.placeholder, site.image)) {
    pin.image = found->second.image;
    pin.tag = found->second.tag;
  }
  pins_.insert_or_assign(key, std::move(pin));
}

std::optional<NewImage> Pinning::decide(const std::string& file, const ImageSite& site) {
  const PinKey key{file, site};
  const auto found = pins_.find(key);
  const Pin* remembered = found == pins_.end() ? nullptr : &found->second;
  const std::optional<std::string> component = component_of(site, remembered);
  if (!component && is_unlisted(site)) unlisted_.push_back({.file = file, .site = site, .after = site.image});
  if (!component || !is_selected(*component)) return std::nullopt;
  if (!request_.digests.components.contains(*component)) {
    Error error = unknown_component(request_.digests, *component);
    error.add_context(fmt::format("line {}", site.line));
    throw error;
  }
  const NewImage image = placeholder_ ? *placeholder_ : pinned_image(site, *component, remembered);
  const bool changes = changes_image(site.image, image, site.form);
  sites_.push_back({.file = file,
                    .site = site,
                    .component = *component,
                    .after = image.string(),
                    .change = changes ? PinnedSite::Change::image : PinnedSite::Change::none});
  if (placeholder_) {
    remember(key, site, *component);
  } else {
    pins_.erase(key);
  }
  return image;
}

std::vector<std::string> Pinning::missing() const {
  std::vector<std::string> missing;
  for (const auto& [name, rest] : request_.digests.components) {
    if (is_selected(name) && std::ranges::find(sites_, name, &PinnedSite::component) == sites_.end()) {
      missing.push_back(name);
    }
  }
  return missing;
}

}  // namespace ocibuild
