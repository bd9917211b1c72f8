// Deciding which image each site is to name.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ocibuild/deploy/digests.hpp"
#include "ocibuild/deploy/images.hpp"
#include "ocibuild/deploy/pins.hpp"
#include "ocibuild/spec/reference.hpp"

namespace ocibuild {

/// A site that was decided, whether or not its image is another now.
struct PinnedSite {
  enum class Change { none, image };

  std::string file;
  ImageSite site;
  std::string component;  ///< empty when it is of none
  std::string after;      ///< `ghcr.io/o/engine@sha256:...`
  Change change = Change::none;

  friend bool operator==(const PinnedSite&, const PinnedSite&) = default;
};

struct PinRequest {
  ImageDigests digests;
  std::vector<std::string> components;     ///< only these; empty: all of the digests
  std::vector<std::string> replace;        ///< images that stand where containers named like components should be
  std::optional<std::string> placeholder;  ///< to put in the place of components
};

/// Decides from digests, and remembers what placeholders took the place of.
///
/// A site belongs to a component that it names as `ocibuild://COMPONENT`, or whose image it names with any tag or
/// digest, or that `pins` remembers for it while its placeholder is still there, or whose name its container has while
/// it has one of the images to replace. The order is that of precedence.
///
/// A Kustomize entry that has a component's image as `name`, and as `newName` one with the same last part, keeps that
/// mirror and gets the digest.
class Pinning {
 public:
  /// Throws Error{not_found} for a component that the digests do not have, naming the nearest, and {invalid_argument}
  /// for a placeholder or an image to replace that is no reference.
  Pinning(PinRequest request, Pins pins);

  /// Throws Error{not_found} when the site names a component that the digests do not have.
  std::optional<NewImage> decide(const std::string& file, const ImageSite& site);

  /// What is remembered after all decisions so far.
  const Pins& pins() const noexcept { return pins_; }

  /// Every site of a component, in the order of the decisions.
  const std::vector<PinnedSite>& sites() const noexcept { return sites_; }

  /// Sites with a digest that are of no component, although their image has the registry and owner of one. They stay
  /// as they are, which surprises whoever goes back to digests of before that component.
  const std::vector<PinnedSite>& unlisted() const noexcept { return unlisted_; }

  /// Components that were asked for and have no site.
  std::vector<std::string> missing() const;

 private:
  bool is_unlisted(const ImageSite& site) const;
  std::optional<std::string> component_of(const ImageSite& site, const Pin* remembered) const;
  bool is_selected(const std::string& component) const;
  NewImage pinned_image(const ImageSite& site, const std::string& component, const Pin* remembered) const;
  void remember(const PinKey& key, const ImageSite& site, const std::string& component);

  PinRequest request_;
  Pins pins_;
  std::map<std::string, std::string> components_;  // by complete name of the image
  std::set<std::string> owners_;                   // of these images, with the registry
  std::optional<NewImage> placeholder_;
  std::vector<PinnedSite> sites_;
  std::vector<PinnedSite> unlisted_;
};

/// Asks for the digest that a reference has now.
using ResolveDigest = std::function<Digest(const Reference&)>;

/// Decides from what tags point at in registries. Sites that have a digest stay and count as decided; those of several
/// parts without a tag of their own stay too.
class TagPinning {
 public:
  /// Every image that has a tag.
  explicit TagPinning(ResolveDigest resolve) : resolve_{std::move(resolve)} {}

  /// Only these components, among all sites there will be. A site is of the one that its container is named like, else
  /// of the longest that the last part of its repository is, or ends in after a `-`. Where some container is named like
  /// a component, repositories that no such container has are not of it. Throws Error{invalid_argument} when
  /// repositories with different last parts are left for one.
  TagPinning(std::vector<std::string> components, std::span<const ImageSite> sites, ResolveDigest resolve);

  /// Asks for each reference once. Throws what the door throws, and Error{unsupported} for `ocibuild://COMPONENT`,
  /// which names no registry.
  std::optional<NewImage> decide(const std::string& file, const ImageSite& site);

  const std::vector<PinnedSite>& sites() const noexcept { return sites_; }

  /// Components that were asked for and have no site.
  std::vector<std::string> missing() const;

 private:
  bool is_wanted(const std::string& component) const;
  std::string component_of(const ImageSite& site, const std::string& repository) const;

  std::vector<std::string> wanted_;
  std::map<std::string, std::set<std::string>> repositories_;  // last parts of those of each component
  ResolveDigest resolve_;
  std::map<std::string, Digest> known_;  // by complete reference
  std::vector<PinnedSite> sites_;
};

}  // namespace ocibuild
