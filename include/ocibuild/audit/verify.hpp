// Verifying an image or index with everything below it, without trusting whoever made or stored it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

enum class FindingKind {
  integrity,  ///< bytes are missing, or not what a digest, size or media type says
  semantic,   ///< the documents contradict each other
};

/// One thing that is wrong.
struct Finding {
  FindingKind kind = FindingKind::integrity;
  Digest digest;        ///< of the blob concerned
  std::string path;     ///< its place in the graph: `manifests[0] linux/amd64 > layers[1]`; `root` for the root
  std::string message;  ///< what, found, expected

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// What verify found out.
struct Report {
  std::vector<Finding> findings;  ///< documents first, then blobs; each in document order
  std::size_t blobs = 0;          ///< number of different blobs that were read
  std::uint64_t bytes = 0;        ///< their size together

  bool ok() const noexcept { return findings.empty(); }

  /// True when at least one finding is of that kind.
  bool has(FindingKind kind) const noexcept;
};

struct VerifyOptions {
  unsigned jobs = 4;                           ///< blobs read at the same time
  std::uint64_t max_layer_size = 64ULL << 30;  ///< bytes; a layer that expands to more is a finding
};

/// Reads everything below `root` again and checks it: that it is there; sizes and digests; that documents are what
/// their media types say; each layer, decompressed, against its diff_id; each config against its manifest (number of
/// layers, history) and its platform against the index. Goes on after a finding. Layers that must not be distributed
/// may be absent. Memory does not grow with the layers. Throws only what kept it from looking: Error{io, unavailable,
/// unauthorized, denied}.
Report verify(const ReadStore& store, const Descriptor& root, const VerifyOptions& options = {});

}  // namespace ocibuild
