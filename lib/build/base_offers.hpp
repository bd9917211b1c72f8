// What a base offers: every image below its root, with its platform.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ocibuild/spec/config.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/store.hpp"

namespace ocibuild {

/// An image that can be chosen.
struct BaseOffer {
  Platform platform;
  Descriptor manifest;
};

/// The documents of an image.
struct BaseDocuments {
  Manifest manifest;
  Config config;
};

/// Collects offers, in document order. Reads a document once: a registry is asked for each over the network.
class BaseOffers {
 public:
  explicit BaseOffers(const ReadStore& store) : store_{store} {}

  /// Adds everything below `root`. Throws as resolve_base.
  void add(const Descriptor& root);

  const std::vector<BaseOffer>& all() const noexcept { return offers_; }

  /// The documents of a manifest. Throws Error{unsupported} when it is not of an image, {invalid_document}.
  BaseDocuments read(const Descriptor& manifest);

 private:
  void add_index(const Descriptor& index, int depth);
  void add_manifest(const Descriptor& manifest);
  bool is_image(const Descriptor& manifest);
  Manifest read_manifest(const Descriptor& manifest);
  const std::string& document(const Descriptor& descriptor);

  const ReadStore& store_;
  std::vector<BaseOffer> offers_;
  std::map<Digest, std::string> documents_;
  std::size_t bytes_ = 0;  // of all documents
};

}  // namespace ocibuild
