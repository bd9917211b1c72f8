// The order in which a release goes up.
#include "ocibuild/registry/release.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/graph.hpp"
#include "registry/exchange.hpp"
#include "store/levels.hpp"

namespace ocibuild {
namespace {

/// What a tag points at. GHCR denies to read a package that does not exist yet: then the first upload shows whether we
/// may write it, and before a tag is moved it is asked for again.
std::optional<Descriptor> find_tag(const RegistryStore& store, const std::string& tag) {
  try {
    return store.resolve(tag);
  } catch (const Error& error) {
    if (error.code() == Errc::denied) return {};
    throw;
  }
}

std::string pushing(const ReleaseTarget& target) {
  return fmt::format("pushing {}", target.image.name());
}

Error moved(std::string_view tag, const Digest& there, const Digest& here) {
  return Error{Errc::digest_mismatch, fmt::format("the tag {} exists and must not move", tag)}
      .add_note(fmt::format("it points at {}", there.string()))
      .add_note(fmt::format("this image is  {}", here.string()))
      .add_help("use another tag, or move it on purpose with --force-tag");
}

}  // namespace

struct Release::Image {
  ReleaseTarget target;
  RegistryStore store;
  std::map<std::string, std::optional<Digest>> immutable_tags;  // what they point at
  std::vector<Descriptor> uploaded_documents;                   // guarded by the release's mutex

  Image(RegistryClient& client, ReleaseTarget wanted)
      : target{std::move(wanted)}, store{client, target.image.registry, target.image.repository, Access::write} {}

  bool is_held_back() const {
    return std::ranges::any_of(immutable_tags, [](const auto& tag) { return tag.second.has_value(); });
  }
};

struct Release::Shared {
  std::mutex mutex;                       // held while one image gets the blob, so that the next can mount it
  std::vector<std::string> repositories;  // that have it
};

struct Release::Task {
  Descriptor blob;
  std::vector<Image*> images;
};

Release::Release(RegistryClient& client, std::vector<ReleaseTarget> targets, ReleaseOptions options)
    : client_{client}, options_{std::move(options)} {
  for (const ReleaseTarget& target : targets) {
    with_context(pushing(target), [&] { images_.push_back(std::make_unique<Image>(client, target)); });
  }
  if (options_.immutable_tags == ImmutableTags::overwrite) return;
  for_each_index(images_.size(), options_.jobs, [&](std::size_t i) {
    Image& image = *images_[i];
    with_context(pushing(image.target), [&] {
      for (const std::string& tag : image.target.tags) {
        if (!is_immutable_tag(tag)) continue;
        const auto found = find_tag(image.store, tag);
        image.immutable_tags[tag] = found ? std::optional{found->digest} : std::nullopt;
      }
    });
  });
}

Release::~Release() = default;

void Release::stage(std::size_t target, const ReadStore& from, const Descriptor& blob) {
  Image& image = *images_.at(target);
  if (std::ranges::any_of(images_, [](const auto& each) { return each->is_held_back(); })) return;
  with_context(pushing(image.target), [&] { place_blob(image, from, blob); });
}

ReleaseSummary Release::publish(const ReadStore& from, const std::vector<Descriptor>& roots) {
  if (roots.size() != images_.size()) throw Error{Errc::invalid_argument, "a release needs one root for each target"};
  refuse_moved_tags(roots);
  ask_before_moves(roots);
  place_blobs(from, roots);
  place_documents(from, roots);
  read_again(roots);
  move_tags(roots);
  return summary_;
}

void Release::refuse_moved_tags(const std::vector<Descriptor>& roots) const {
  for (std::size_t i = 0; i < roots.size(); ++i) {
    for (const auto& [tag, digest] : images_[i]->immutable_tags) {
      if (!digest || *digest == roots[i].digest) continue;
      Error error = moved(tag, *digest, roots[i].digest);
      error.add_context(pushing(images_[i]->target));
      throw error.add_note("nothing was pushed");
    }
  }
}

void Release::ask_before_moves(const std::vector<Descriptor>& roots) const {
  if (!options_.before_move || options_.immutable_tags == ImmutableTags::overwrite) return;
  for_each_index(roots.size(), options_.jobs, [&](std::size_t i) {
    const Image& image = *images_[i];
    with_context(pushing(image.target), [&] {
      for (const std::string& tag : image.target.tags) {
        if (is_immutable_tag(tag)) continue;
        const auto now = find_tag(image.store, tag);
        if (now && now->digest != roots[i].digest) options_.before_move({image.target, tag, *now, image.store});
      }
    });
  });
}

Release::Shared& Release::shared(const Image& image, const Digest& digest) {
  const std::lock_guard lock{mutex_};
  std::unique_ptr<Shared>& entry = shared_[{image.target.image.registry, digest}];
  if (!entry) entry = std::make_unique<Shared>();
  return *entry;
}

void Release::count(const Image& image, const Descriptor& descriptor, BlobOutcome outcome) {
  const std::lock_guard lock{mutex_};
  if (outcome == BlobOutcome::uploaded) {
    ++summary_.uploaded;
    summary_.bytes_uploaded += descriptor.size;
  }
  if (outcome == BlobOutcome::mounted) ++summary_.mounted;
  if (outcome == BlobOutcome::present) ++summary_.present;
  if (options_.placed) options_.placed({image.target, descriptor, outcome});
}

void Release::place_blob(Image& image, const ReadStore& from, const Descriptor& blob) {
  if (is_nondistributable(blob.media_type) && !from.contains(blob)) return;
  Shared& shared = this->shared(image, blob.digest);
  const std::lock_guard lock{shared.mutex};
  if (std::ranges::find(shared.repositories, image.target.image.repository) != shared.repositories.end()) return;
  std::vector<std::string> sources = shared.repositories;
  if (options_.sources) {
    for (const Reference& source : options_.sources(blob)) {
      if (source.registry == image.target.image.registry) sources.push_back(source.repository);
    }
  }
  const Blob content{.descriptor = blob, .open = [&] { return from.open(blob); }};
  const BlobOutcome outcome = image.store.place(content, sources);
  shared.repositories.insert(shared.repositories.begin(), image.target.image.repository);
  count(image, blob, outcome);
}

/// Large blobs first, so that no worker is left alone with one at the end.
void Release::place_blobs(const ReadStore& from, const std::vector<Descriptor>& roots) {
  std::map<std::pair<std::string, Digest>, Task> tasks;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    walk(from, roots[i], [&](const Descriptor& node, std::string_view) {
      if (node_kind(node.media_type) != NodeKind::blob) return;
      Task& task = tasks.try_emplace({images_[i]->target.image.registry, node.digest}, Task{node, {}}).first->second;
      task.images.push_back(images_[i].get());
    });
  }
  std::vector<Task*> order;
  for (auto& [key, task] : tasks) order.push_back(&task);
  std::ranges::stable_sort(order, [](const Task* a, const Task* b) { return a->blob.size > b->blob.size; });
  for_each_index(order.size(), options_.jobs, [&](std::size_t i) {
    for (Image* image : order[i]->images) {
      with_context(pushing(image->target), [&] { place_blob(*image, from, order[i]->blob); });
    }
  });
}

void Release::place_documents(const ReadStore& from, const std::vector<Descriptor>& roots) {
  std::vector<std::vector<std::pair<Image*, Descriptor>>> levels;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const auto own = levels_of(from, roots[i]);
    levels.resize(std::max(levels.size(), own.size()));
    for (std::size_t height = 0; height < own.size(); ++height) {
      for (const Descriptor& node : own[height]) {
        if (node_kind(node.media_type) != NodeKind::blob) levels[height].emplace_back(images_[i].get(), node);
      }
    }
  }
  for (auto& level : levels) {
    for_each_index(level.size(), options_.jobs, [&](std::size_t i) {
      Image& image = *level[i].first;
      with_context(pushing(image.target), [&] { place_document(image, from, level[i].second); });
    });
  }
}

void Release::place_document(Image& image, const ReadStore& from, const Descriptor& document) {
  const BlobOutcome outcome = put_document(image, from, document);
  count(image, document, outcome);
  if (outcome == BlobOutcome::present) return;
  const std::lock_guard lock{mutex_};
  image.uploaded_documents.push_back(document);
}

/// GHCR, and registries that collect garbage, sometimes do not know a blob that was there a moment ago: then everything
/// below the document is asked for again, and sent where it is missing.
BlobOutcome Release::put_document(Image& image, const ReadStore& from, const Descriptor& document) {
  const Blob blob{.descriptor = document, .open = [&] { return from.open(document); }};
  return client_.exchange().retry().run(image.target.image.registry, [&] {
    try {
      return image.store.place(blob);
    } catch (const MissingChild& missing) {
      put_children(image, from, document);
      TransientError again{missing.what()};
      for (const std::string& note : missing.notes()) again.add_note(note);
      throw again;
    }
  });
}

void Release::put_children(Image& image, const ReadStore& from, const Descriptor& document) {
  for (const Descriptor& child : children(document, read_blob(from, document, max_manifest_size))) {
    if (is_nondistributable(child.media_type) && !from.contains(child)) continue;
    image.store.forget(child);
    if (node_kind(child.media_type) == NodeKind::blob) {
      image.store.put({.descriptor = child, .open = [&] { return from.open(child); }});
    } else {
      put_document(image, from, child);
    }
  }
}

/// What was taken a moment ago may not be seen at once everywhere.
void Release::read_again(const std::vector<Descriptor>& roots) {
  for_each_index(roots.size(), options_.jobs, [&](std::size_t i) {
    Image& image = *images_[i];
    for (const Descriptor& document : image.uploaded_documents) {
      client_.exchange().retry().run(image.target.image.registry, [&] {
        image.store.forget(document);
        if (image.store.contains(document)) return;
        TransientError lost{fmt::format("{}: the registry took {}, but does not have it", pushing(image.target),
                                        document.digest.string())};
        lost.add_note("no tag was moved");
        lost.add_help("run it again: only what is missing is sent");
        throw lost;
      });
    }
  });
}

/// All images at once, so that the time is short in which some have moved and others not.
void Release::move_tags(const std::vector<Descriptor>& roots) {
  for_each_index(roots.size(), options_.jobs, [&](std::size_t i) {
    Image& image = *images_[i];
    for (const std::string& tag : image.target.tags) {
      with_context(fmt::format("pushing {}:{}", image.target.image.name(), tag),
                   [&] { move_tag(image, roots[i], tag); });
    }
  });
}

void Release::move_tag(Image& image, const Descriptor& root, const std::string& tag) {
  // Somebody else may have set it since the release began.
  const bool must_stay = options_.immutable_tags == ImmutableTags::respect && is_immutable_tag(tag);
  const auto before = must_stay ? image.store.resolve(tag) : image.store.resolve_replaced(tag);
  if (before && before->digest == root.digest) return;
  if (before && must_stay) throw moved(tag, before->digest, root.digest);
  image.store.tag(root, tag);
  {
    const std::lock_guard lock{mutex_};
    ++summary_.tags_moved;
  }
  const auto after = image.store.resolve(tag);
  if (after && after->digest == root.digest) return;
  throw Error{Errc::digest_mismatch, fmt::format("the tag points at {} now, not at {}",
                                                 after ? after->digest.string() : "nothing", root.digest.string())}
      .add_help("somebody else moved it meanwhile: push again if it is to have this image");
}

}  // namespace ocibuild
