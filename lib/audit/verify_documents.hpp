// The first half of verify: all documents of a graph, and which blobs are left to read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ocibuild/audit/verify.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/descriptor.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// A blob that is not a document of the graph.
struct BlobToVerify {
  Descriptor descriptor;
  std::string path;
  std::optional<Digest> diff_id;  ///< of its content when it is a layer of an image
};

/// What reading the documents gave. `report` counts them.
struct VerifiedDocuments {
  Report report;
  std::vector<BlobToVerify> blobs;  ///< each only once
};

VerifiedDocuments verify_documents(const ReadStore& store, const Descriptor& root);

/// `error` as a finding about `blob`, or thrown again when it only says that one could not look.
Finding finding_of(const Error& error, const Descriptor& blob, std::string path);

}  // namespace ocibuild
