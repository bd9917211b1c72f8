// Publishing: images go up whole, and only then do tags point at them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/registry/registry_store.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// An image of a release.
struct ReleaseTarget {
  Reference image;                ///< registry and repository; tag and digest do not count
  std::vector<std::string> tags;  ///< empty: it can be had by digest only
};

/// A blob or document was taken care of.
struct Placed {
  const ReleaseTarget& target;
  const Descriptor& descriptor;
  BlobOutcome outcome;
};

/// What to do about a tag that must never move, but points at something else.
enum class ImmutableTags { respect, overwrite };

/// A tag that names something now, and is to name another image.
struct TagMove {
  const ReleaseTarget& target;
  const std::string& tag;
  const Descriptor& now;        ///< what it names now
  const ReadStore& repository;  ///< where that is
};

struct ReleaseOptions {
  unsigned jobs = 6;  ///< blobs at the same time
  ImmutableTags immutable_tags = ImmutableTags::respect;

  /// Repositories of the same registry that may have a blob, to be mounted from: the base image's. Empty: none known.
  std::function<std::vector<Reference>(const Descriptor& blob)> sources;

  /// Asked before anything is published, about every tag that would move: what it throws refuses the whole release.
  /// From any thread, several at once. Not asked with ImmutableTags::overwrite. Empty: every tag may move.
  std::function<void(const TagMove&)> before_move;

  /// After each blob and document; from any thread, one at a time.
  std::function<void(const Placed&)> placed;
};

struct ReleaseSummary {
  std::size_t uploaded = 0;
  std::size_t mounted = 0;
  std::size_t present = 0;
  std::uint64_t bytes_uploaded = 0;  ///< of what was uploaded, each once
  std::size_t tags_moved = 0;
};

/// True for a tag that names one thing for ever: `sha-...`, and release versions like `1.2.3` or `v1.2.3-rc.1`.
bool is_immutable_tag(std::string_view tag);

/// Several images published as one transaction: every blob, then manifests, then indexes, each by digest; all are asked
/// for again; and only then all tags of all images. Killed anywhere, no tag points at anything incomplete, and running
/// it again sends what is missing. A blob that several images share is uploaded once and mounted for the others.
class Release {
 public:
  /// Asks what the tags that must not move point at now. Throws as RegistryStore. The client lives longer.
  Release(RegistryClient& client, std::vector<ReleaseTarget> targets, ReleaseOptions options = {});
  ~Release();

  /// Sends a blob of one target before the rest is known, unless a tag of any target may forbid the whole release
  /// later. From any thread.
  void stage(std::size_t target, const ReadStore& from, const Descriptor& blob);

  /// Publishes `roots`, one for each target in order. Throws Error{digest_mismatch} before anything is sent when a tag
  /// that must not move has another digest, {invalid_document} for a document that no registry takes.
  ReleaseSummary publish(const ReadStore& from, const std::vector<Descriptor>& roots);

 private:
  struct Image;   // a target and its store
  struct Shared;  // a blob, and where it is already
  struct Task;    // a blob and the images that need it

  void refuse_moved_tags(const std::vector<Descriptor>& roots) const;
  void ask_before_moves(const std::vector<Descriptor>& roots) const;
  void place_blobs(const ReadStore& from, const std::vector<Descriptor>& roots);
  void place_blob(Image& image, const ReadStore& from, const Descriptor& blob);
  void place_documents(const ReadStore& from, const std::vector<Descriptor>& roots);
  void place_document(Image& image, const ReadStore& from, const Descriptor& document);
  BlobOutcome put_document(Image& image, const ReadStore& from, const Descriptor& document);
  void put_children(Image& image, const ReadStore& from, const Descriptor& document);
  void move_tag(Image& image, const Descriptor& root, const std::string& tag);
  void read_again(const std::vector<Descriptor>& roots);
  void move_tags(const std::vector<Descriptor>& roots);
  Shared& shared(const Image& image, const Digest& digest);
  void count(const Image& image, const Descriptor& descriptor, BlobOutcome outcome);

  RegistryClient& client_;
  ReleaseOptions options_;
  std::vector<std::unique_ptr<Image>> images_;
  std::mutex mutex_;
  std::map<std::pair<std::string, Digest>, std::unique_ptr<Shared>> shared_;  // by registry and digest
  ReleaseSummary summary_;
};

}  // namespace ocibuild
