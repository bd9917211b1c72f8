// The graph of blobs below a root: what it refers to, walking it, and copying it between stores.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// What a node refers to, in document order: an index its manifests, a manifest its config and layers (and `subject` is
/// not one: it points up). Anything else has no children. Throws Error{invalid_document}.
std::vector<Descriptor> children(const Descriptor& node, std::string_view document);

/// Calls `visit` for `root` and everything below it, each digest once, parents before children, in document order.
/// `document` is empty for a node without children. Throws Error{invalid_document} when nesting is deeper than 8, or
/// when one digest is said to be two different things, and as `open` for a document that is missing or corrupt.
using Visit = std::function<void(const Descriptor& node, std::string_view document)>;
void walk(const ReadStore& store, const Descriptor& root, const Visit& visit);

struct CopyOptions {
  unsigned jobs = 4;                              ///< blobs in flight
  std::function<void(const Descriptor&)> copied;  ///< after each blob that was put; from any thread, one at a time
};

/// Puts everything below `root`, and then `root`, into `to`: children always before their parents, so that nothing in
/// `to` ever points at what is not there. Documents are copied as the bytes they are. Layers that must not be
/// distributed are left out when `from` does not have them. Idempotent. After a failure no further blob is started,
/// and the failure of the first in document order is thrown.
void copy(const ReadStore& from, const Descriptor& root, Store& to, const CopyOptions& options = {});

}  // namespace ocibuild
