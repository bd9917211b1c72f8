// Identical layers are made once.
#include <fmt/format.h>
#include <sys/stat.h>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/layer_cache.hpp"

namespace ocibuild {
namespace {

// Tells a source from what it was before: a build script may write it while other images are made already. No promise
// for ever, as a digest would be, but enough for one build, and nothing is read for it.
std::string state_of(const FileEntry& entry) {
  struct ::stat status {};
  if (::stat(entry.source.c_str(), &status) != 0) return entry.source.native();
  return fmt::format("{} {} {} {} {}.{} {}.{}", entry.source.native(), status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

// Everything write_layer looks at.
std::string fingerprint(std::span<const FileEntry> entries, const LayerOptions& options) {
  std::string key = fmt::format("{} {}\n", static_cast<int>(options.compression), options.mtime);
  for (const FileEntry& entry : entries) {
    const std::string content = entry.content ? Digest::of(*entry.content).string() : state_of(entry);
    key += fmt::format("{}\n{}\n{}\n{}\n{}\n{:o} {} {}\n", entry.path.size(), entry.path, static_cast<int>(entry.kind),
                       content, entry.link, entry.mode, entry.uid, entry.gid);
    for (const auto& [name, value] : entry.xattrs) key += fmt::format("{}={}\n", name, Digest::of(value).string());
  }
  return Digest::of(key).string();
}

}  // namespace

Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Store& into) {
  std::optional<Layer> layer;
  into.add([&](Sink& sink) {
    layer = write_layer(entries, options, sink);
    return layer->descriptor;
  });
  return *std::move(layer);
}

Layer LayerMemo::write(std::span<const FileEntry> entries, const LayerOptions& options, Store& into) {
  const std::string key = fingerprint(entries, options);
  std::promise<Layer> promise;
  std::shared_future<Layer> made;
  bool is_first = false;
  {
    const std::lock_guard lock{mutex_};
    const auto [at, added] = layers_.try_emplace(key, promise.get_future().share());
    made = at->second;
    is_first = added;
  }
  if (is_first) {
    try {
      promise.set_value(cache_ != nullptr ? cache_->write(entries, options, into)
                                          : write_layer(entries, options, into));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  }
  return made.get();
}

}  // namespace ocibuild
