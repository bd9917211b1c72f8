// Stores: where blobs and names live. One contract for memory, layouts, archives and registries.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/descriptor.hpp"

namespace ocibuild {

/// Content together with its name. `open` can be called again, because a retried upload starts again.
struct Blob {
  Descriptor descriptor;
  std::function<std::unique_ptr<Source>()> open;

  /// A regular file that holds just this blob and is never written again; empty: there is none. A layout on the same
  /// file system links to it, once it was read and found right, instead of copying.
  std::filesystem::path file;
};

/// A blob held in memory.
Blob memory_blob(std::string_view media_type, std::string content);

/// Annotations by which an index.json names its roots. They belong to the store that has the root, not to the root:
/// what a store returns is without them.
namespace annotation {
inline constexpr std::string_view ref_name = "org.opencontainers.image.ref.name";  // image-spec, annotations.md
inline constexpr std::string_view image_name = "io.containerd.image.name";  // the full reference, for docker load
}  // namespace annotation

/// A root with the name it has in its store.
struct NamedRoot {
  std::string name;  ///< empty: the store has no name for it
  Descriptor descriptor;
};

/// A store that can be read. Safe for use by several threads at once.
class ReadStore {
 public:
  virtual ~ReadStore() = default;

  /// True when the store has a blob of this digest and size. Cheap: it does not read the blob.
  virtual bool contains(const Descriptor& descriptor) const = 0;

  /// Opens a blob. Size, digest and trailing bytes are verified while reading: the read that reaches the end throws
  /// Error{digest_mismatch} when they differ. Throws Error{not_found} when the store does not have it.
  virtual std::unique_ptr<Source> open(const Descriptor& descriptor) const = 0;

  /// The root of that name, or nothing. An empty name is nobody's.
  virtual std::optional<Descriptor> resolve(std::string_view name) const = 0;

  /// Every root, in the store's order. A registry, which cannot list, throws Error{unsupported}.
  virtual std::vector<NamedRoot> roots() const = 0;

  /// Where a blob is, or would be, as Blob::file; empty for a store that does not keep it that way.
  virtual std::filesystem::path file_of(const Descriptor& descriptor) const;
};

/// A store that can be written. Safe for use by several threads at once.
class Store : public ReadStore {
 public:
  /// Afterwards the store contains the blob, intact, whoever put it there. Idempotent; opens the blob only when needed
  /// and again for each retry. Throws Error{digest_mismatch} when the content is not what its descriptor says.
  virtual void put(const Blob& blob) = 0;

  /// Adds a blob whose name is known only after it was written. `write` fills and finishes the sink and returns the
  /// descriptor of exactly these bytes, which it hashed on the way. Returns that descriptor.
  virtual Descriptor add(const std::function<Descriptor(Sink&)>& write) = 0;

  /// Gives `root` that name, which it takes away from whatever had it; with an empty name the store lists the root
  /// without one. Annotations of `root` go into the store's list too: annotation::image_name names it for containerd
  /// and Docker. Throws Error{not_found} when the root is not in the store, {invalid_argument} for a name that breaks
  /// the store's grammar.
  virtual void tag(const Descriptor& root, std::string_view name) = 0;

  /// Completes a store that is written as a whole, as an archive is; for others everything is complete already.
  /// Called once, after the last `tag`. A store that is destroyed before was abandoned and leaves nothing behind.
  virtual void finish() {}
};

/// The whole content of a small blob, verified. Throws as `open`, and Error{invalid_document} above `limit` bytes.
std::string read_blob(const ReadStore& store, const Descriptor& descriptor, std::size_t limit);

}  // namespace ocibuild
