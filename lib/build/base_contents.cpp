// Layers to names.
#include "build/base_contents.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "build/library_directories.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "ocibuild/layer/tar.hpp"

namespace ocibuild {
namespace {

constexpr std::uint64_t max_size = std::uint64_t{64} << 30;  // of all layers without compression
constexpr std::size_t max_entries = 1 << 19;                 // that are kept: a large desktop image has 100,000
constexpr std::size_t max_names = 64 << 20;                  // bytes of their names
constexpr std::size_t max_library = 16 << 20;                // glibc's libc.so.6 has 2 MB
constexpr std::size_t max_configuration = 64 << 10;
constexpr int max_contents = 256;             // files that are looked into
constexpr std::size_t max_directories = 256;  // of ld.so.conf

// Something that a layer puts into the image.
struct Addition {
  std::optional<std::string> link;    // target of a symbolic link
  std::optional<GlibcVersion> glibc;  // of a C library
  std::string configuration;          // of ld.so
};

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Interpreters, libraries, ld.so.conf and what it includes: all have `.so` in their path.
bool matters(std::string_view path) {
  return path.find(".so") != std::string_view::npos;
}

bool is_c_library(std::string_view path) {
  const std::string_view name = last_part(path);
  return name == "libc.so.6" || (name.starts_with("libc-2.") && name.ends_with(".so"));
}

bool is_configuration(std::string_view path) {
  return path == "etc/ld.so.conf" || path.starts_with("etc/ld.so.conf.d/");
}

// Patterns have one asterisk in their last part, if any. More are not worth fnmatch, whose time a pattern can multiply.
bool is_included(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view head = pattern.substr(0, star);
  const std::string_view tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail) &&
         name.find('/', head.size()) == std::string_view::npos;
}

class ContentsReader {
 public:
  explicit ContentsReader(const BaseImage& base) : base_{base} {}

  void read_layer(std::size_t number) {
    const Descriptor& layer = base_.manifest.layers[number];
    if (is_nondistributable(layer.media_type) && !base_.store->contains(layer)) return;
    additions_.clear();
    // By its first bytes, as engines do: there are layers whose media type says another compression.
    const auto tar = make_decompressor(base_.store->open(layer));
    const auto visit = [this](const TarEntry& entry, Source& content) { take(entry, content); };
    const UncompressedLayer found = read_tar(*tar, visit, {.size = max_size - size_});
    size_ += found.size;
    require_diff_id(base_.config.diff_ids[number], found.diff_id);
    apply();
  }

  ImageContents finish() {
    std::set<std::string> seen;
    add_directories("/etc/ld.so.conf", seen);
    find_glibc();
    return std::move(contents_);
  }

 private:
  static void require_diff_id(const Digest& expected, const Digest& found) {
    if (expected == found || expected.algorithm() != found.algorithm()) return;
    throw Error{Errc::digest_mismatch, fmt::format("the layer's content has digest {}, its config says {}",
                                                   found.string(), expected.string())};
  }

  // Whiteouts hide what is below this layer, wherever in the layer they stand; so they, and what merely takes the place
  // of something, act at once, and additions at the end.
  void take(const TarEntry& entry, Source& content) {
    if (entry.has(TarFlaw::leaves_root)) return;
    if (entry.path.empty() && entry.kind != TarKind::opaque) return;  // attributes of the root
    switch (entry.kind) {
      case TarKind::whiteout: return contents_.remove(entry.path);
      case TarKind::opaque: return contents_.remove_below(entry.path);
      case TarKind::ignored_whiteout: return;
      case TarKind::directory: additions_.erase(entry.path); return contents_.add_directory(entry.path);
      case TarKind::symlink: return add(entry.path, {.link = entry.link});
      case TarKind::file: return take_file(entry, content);
      case TarKind::hardlink: return take_hardlink(entry);
      default: return replace(entry.path);
    }
  }

  // Of what does not matter by itself.
  void replace(const std::string& path) {
    additions_.erase(path);
    contents_.remove(path);
  }

  void take_file(const TarEntry& entry, Source& content) {
    if (!matters(entry.path)) return replace(entry.path);
    Addition addition;
    if (is_c_library(entry.path)) addition.glibc = glibc_of(read_content(entry, content, max_library));
    if (is_configuration(entry.path)) addition.configuration = read_content(entry, content, max_configuration);
    add(entry.path, std::move(addition));
  }

  // Another name for the same file, whose own name may not matter.
  void take_hardlink(const TarEntry& entry) {
    if (!matters(entry.path)) return replace(entry.path);
    const auto file = additions_.find(entry.link);
    add(entry.path, file == additions_.end() ? Addition{} : file->second);
  }

  std::string read_content(const TarEntry& entry, Source& content, std::size_t limit) {
    if (entry.size > limit || ++contents_read_ > max_contents) return {};
    try {
      return read_all(content, limit);
    } catch (const Error& error) {
      if (error.code() != Errc::unsupported) throw;
      return {};  // sparse
    }
  }

  std::optional<GlibcVersion> glibc_of(const std::string& library) const {
    try {
      const ElfFacts facts = read_elf(as_bytes(library));
      return satisfies(facts.platform, base_.platform) ? facts.glibc_provided : std::nullopt;
    } catch (const Error&) {
      return std::nullopt;  // damaged, or not for us: then nothing is known about its version
    }
  }

  void add(const std::string& path, Addition addition) {
    names_ += path.size() + (addition.link ? addition.link->size() : 0);
    additions_[path] = std::move(addition);
    if (contents_.size() + additions_.size() > max_entries || names_ > max_names) {
      throw Error{Errc::invalid_document,
                  fmt::format("more than {} libraries and links, or {} bytes of their names", max_entries, max_names)};
    }
  }

  void apply() {
    for (auto& [path, addition] : additions_) {
      if (addition.link) {
        contents_.add_symlink(path, *addition.link);
        continue;
      }
      contents_.add_file(path);
      const auto place = contents_.find(path);
      if (!place) continue;
      glibc_.erase(*place);
      if (addition.glibc) glibc_.emplace(*place, *addition.glibc);
      if (!addition.configuration.empty()) configuration_[*place] = std::move(addition.configuration);
    }
  }

  // Of files that matter and are still there.
  void add_directories(const std::string& file, std::set<std::string>& seen) {
    const auto text = configuration_.find(file);
    if (text == configuration_.end() || contents_.find(file) != file || !seen.insert(file).second) return;
    const LoaderConfiguration configuration = parse_loader_configuration(text->second);
    for (const std::string& directory : configuration.directories) {
      if (contents_.library_directories().size() < max_directories) contents_.add_library_directory(directory);
    }
    for (const std::string& pattern : configuration.includes) {
      for (const auto& [name, unused] : configuration_) {
        if (is_included(name, pattern)) add_directories(name, seen);
      }
    }
  }

  void find_glibc() {
    std::vector<std::string> directories = contents_.library_directories();
    std::ranges::move(standard_library_directories(base_.platform), std::back_inserter(directories));
    for (const std::string& directory : directories) {
      const auto place = contents_.find(fmt::format("{}/libc.so.6", directory));
      const auto version = place ? glibc_.find(*place) : glibc_.end();
      if (version == glibc_.end()) continue;
      contents_.set_glibc(version->second);
      return;
    }
  }

  const BaseImage& base_;
  ImageContents contents_;
  std::map<std::string, Addition> additions_;         // of the layer that is being read
  std::map<std::string, GlibcVersion> glibc_;         // by place
  std::map<std::string, std::string> configuration_;  // by place
  std::uint64_t size_ = 0;
  std::size_t names_ = 0;
  int contents_read_ = 0;
};

}  // namespace

ImageContents read_contents(const BaseImage& base) {
  ContentsReader reader{base};
  for (std::size_t i = 0; i < base.manifest.layers.size(); ++i) {
    const Descriptor& layer = base.manifest.layers[i];
    with_context(fmt::format("layer {} of the base", layer.digest.string()), [&] {
      try {
        reader.read_layer(i);
      } catch (const Error&) {
        // Damaged bytes seldom decompress: whether they are damaged is the better message.
        CountingSink nowhere;
        transfer(*base.store->open(layer), nowhere);
        throw;
      }
    });
  }
  return reader.finish();
}

const ImageContents& BaseContents::of(const BaseImage& base) {
  std::promise<ImageContents> promise;
  std::shared_future<ImageContents> contents;
  bool is_first = false;
  {
    const std::lock_guard lock{mutex_};
    const auto [at, added] = contents_.try_emplace(base.descriptor.digest, promise.get_future().share());
    contents = at->second;
    is_first = added;
  }
  if (is_first) {
    try {
      promise.set_value(read_contents(base));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  }
  return contents.get();
}

}  // namespace ocibuild
