// Identical layers are made once.
#include <fmt/format.h>

#include "ocibuild/build/image.hpp"
#include "ocibuild/build/layer_cache.hpp"

namespace ocibuild {
namespace {

// Everything write_layer looks at, except the content of source files, which does not change during a build.
std::string fingerprint(std::span<const FileEntry> entries, const LayerOptions& options) {
  std::string key = fmt::format("{} {}\n", static_cast<int>(options.compression), options.mtime);
  for (const FileEntry& entry : entries) {
    const std::string content = entry.content ? Digest::of(*entry.content).string() : std::string{};
    key += fmt::format("{}\n{}\n{}\n{}\n{}\n{:o} {} {}\n", entry.path.size(), entry.path, static_cast<int>(entry.kind),
                       content.empty() ? entry.source.string() : content, entry.link, entry.mode, entry.uid, entry.gid);
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
