// Opening bases with a display, through a cache.
#include "base_images.hpp"

#include "ocibuild/store/caching_store.hpp"

namespace ocibuild {
namespace {

constexpr const char* subject = "bases";

/// A store, read through a cache and owned.
class CachedStore final : public ReadStore {
 public:
  CachedStore(std::unique_ptr<ReadStore> origin, BlobCache& cache)
      : origin_{std::move(origin)}, cached_{*origin_, cache} {}

  bool contains(const Descriptor& descriptor) const override { return cached_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return cached_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return cached_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return cached_.roots(); }
  std::filesystem::path file_of(const Descriptor& descriptor) const override { return cached_.file_of(descriptor); }

 private:
  std::unique_ptr<ReadStore> origin_;
  CachingStore cached_;
};

}  // namespace

OpenBase base_door(Network& network, BlobCache* cache) {
  return [&network, cache](const Place& place) {
    OpenedRoot opened = open_for_reading(place, network);
    if (cache == nullptr || place.kind != PlaceKind::registry) return opened;
    opened.store = std::make_unique<CachedStore>(std::move(opened.store), *cache);
    return opened;
  };
}

Bases open_shown_bases(const Plan& plan, LockPolicy policy, const OpenBase& door, Session& session,
                       Progress& progress) {
  const std::vector<WantedBase> wanted = wanted_bases(plan);
  if (wanted.empty()) return {};
  progress.update({.subject = subject, .activity = "looking up"});
  OpenedBases opened = open_bases(wanted, plan.lock, policy, door);
  if (opened.lock != plan.lock) write_lock(plan.lock_file, opened.lock);
  progress.finish(subject, "");
  for (const std::string& note : opened.notes) session.console.note(note);
  return std::move(opened.bases);
}

std::shared_ptr<const Base> open_named_base(const std::string& text, const std::vector<Platform>& platforms,
                                            const OpenBase& door, Progress& progress) {
  if (text == "scratch") return nullptr;
  Place place = with_context("--base", [&] { return Place::parse(text); });
  if (place.kind == PlaceKind::registry) place.name = lock_key(place.name);
  progress.update({.subject = subject, .activity = "looking up"});
  auto base = open_base({std::move(place), platforms}, door);
  progress.finish(subject, "");
  return base;
}

UnionStore with_bases(const Store& store, const Bases& bases) {
  std::vector<const ReadStore*> stores{&store};
  for (const auto& [place, base] : bases) stores.push_back(base->store.get());
  return UnionStore{std::move(stores)};
}

void stage_bases(const Plan& plan, const Bases& bases, Publisher& publisher) {
  for (std::size_t i = 0; i < plan.components.size(); ++i) {
    const ComponentPlan& component = plan.components[i];
    if (!component.base_place) continue;
    const Base& base = *bases.at(component.base_place->string());
    for (const PlatformPlan& platform : component.platforms) {
      for (const Descriptor& layer : image_for(base, platform.platform)->manifest.layers) {
        publisher.stage(i, *base.store, layer);
      }
    }
  }
}

FindSources base_sources(const Bases& bases) {
  std::map<Digest, std::vector<Reference>> sources;
  for (const auto& [place, base] : bases) {
    if (base->name.empty()) continue;
    for (const auto& image : base->images) {
      for (const Descriptor& layer : image->manifest.layers)
        sources[layer.digest].push_back(Reference::parse(base->name));
    }
  }
  return [sources = std::move(sources)](const Descriptor& blob) {
    const auto found = sources.find(blob.digest);
    return found == sources.end() ? std::vector<Reference>{} : found->second;
  };
}

}  // namespace ocibuild
