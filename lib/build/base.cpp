// From the root of a base to its images.
#include "ocibuild/build/base.hpp"

#include <algorithm>
#include <mutex>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "build/base_offers.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/parallel.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void throw_missing(const Platform& platform, const std::vector<BaseOffer>& offers) {
  std::set<std::string> names;
  for (const BaseOffer& offer : offers) names.insert(offer.platform.string());
  throw Error{Errc::not_found, fmt::format("there is no image for {}", platform.string())}
      .add_note(names.empty() ? "it has no images at all" : fmt::format("it has: {}", fmt::join(names, ", ")))
      .add_help("leave the platform out, or choose another base");
}

// An image for another machine under the name of this one fails only when it runs. Variants are not compared: many
// configs leave them out where the index says them.
void require_platform(const Config& config, const Platform& platform) {
  const auto machine = [](const Platform& p) { return Platform{.architecture = p.architecture, .os = p.os}; };
  if (satisfies(machine(config.platform), machine(platform))) return;
  throw Error{Errc::invalid_document,
              fmt::format("the index says {}, the config says {}", platform.string(), config.platform.string())};
}

void require_layers(const Manifest& manifest, const Config& config) {
  for (const Descriptor& layer : manifest.layers) {
    if (is_layer(layer.media_type)) continue;
    throw Error{Errc::unsupported, fmt::format("{} is of type {}, which is no layer of an image", layer.digest.string(),
                                               layer.media_type)};
  }
  if (manifest.layers.size() == config.diff_ids.size()) return;
  throw Error{Errc::invalid_document, fmt::format("the manifest has {} layers, its config {} diff_ids",
                                                  manifest.layers.size(), config.diff_ids.size())};
}

}  // namespace

Base resolve_base(std::shared_ptr<const ReadStore> store, const Descriptor& root, std::span<const Platform> platforms,
                  std::string name) {
  BaseOffers offers{*store};
  offers.add(root);
  Base base{.name = std::move(name), .root = root, .offered = {}, .images = {}, .store = store};
  for (const BaseOffer& offer : offers.all()) base.offered.emplace(offer.platform.string(), offer.manifest.digest);
  for (const Platform& platform : platforms) {
    const auto found =
        std::ranges::find_if(offers.all(), [&](const BaseOffer& offer) { return satisfies(offer.platform, platform); });
    if (found == offers.all().end()) throw_missing(platform, offers.all());
    with_context(fmt::format("{} for {}", found->manifest.digest.string(), platform.string()), [&] {
      BaseDocuments documents = offers.read(found->manifest);
      require_platform(documents.config, platform);
      require_layers(documents.manifest, documents.config);
      base.images.push_back(std::make_shared<const BaseImage>(BaseImage{.name = base.name,
                                                                        .platform = platform,
                                                                        .descriptor = found->manifest,
                                                                        .manifest = std::move(documents.manifest),
                                                                        .config = std::move(documents.config),
                                                                        .store = store}));
    });
  }
  return base;
}

std::shared_ptr<const BaseImage> image_for(const Base& base, const Platform& platform) {
  for (const auto& image : base.images) {
    if (image->platform == platform) return image;
  }
  throw Error{Errc::not_found, fmt::format("the base was not resolved for {}", platform.string())};
}

void annotate_base(Annotations& annotations, const std::string& name, const Digest& digest) {
  annotations.try_emplace("org.opencontainers.image.base.digest", digest.string());
  if (!name.empty()) annotations.try_emplace("org.opencontainers.image.base.name", name);
}

void copy_layers(std::span<const std::shared_ptr<const BaseImage>> images, Store& into, const CopyOptions& options) {
  std::map<Digest, Blob> layers;
  for (const auto& image : images) {
    for (const Descriptor& layer : image->manifest.layers) {
      if (is_nondistributable(layer.media_type) && !image->store->contains(layer)) continue;
      layers.try_emplace(layer.digest, Blob{layer, [store = image->store, layer] { return store->open(layer); }});
    }
  }
  std::vector<const Blob*> blobs;
  for (const auto& [digest, blob] : layers) blobs.push_back(&blob);
  std::mutex telling;
  for_each_index(blobs.size(), options.jobs, [&](std::size_t i) {
    into.put(*blobs[i]);
    if (!options.copied) return;
    const std::lock_guard lock{telling};
    options.copied(blobs[i]->descriptor);
  });
}

}  // namespace ocibuild
