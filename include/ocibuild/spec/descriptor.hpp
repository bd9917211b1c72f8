// Descriptors: references from one blob to another (image-spec v1.1.1, descriptor.md).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

using Annotations = std::map<std::string, std::string>;

/// Names a blob: what it is, its digest and its size in bytes.
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::vector<std::string> urls;
  Annotations annotations;
  std::optional<std::string> data;  ///< the blob itself, decoded; equal to the blob by the parser's check
  std::string artifact_type;        ///< empty: absent
  std::optional<Platform> platform;
  UnknownFields unknown;

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

/// The descriptor of `content`, with no further fields.
Descriptor describe(std::string_view media_type, std::string_view content);

/// The canonical document of one descriptor, as it stands in a manifest. Throws Error{invalid_argument}.
std::string serialize(const Descriptor& descriptor);

/// Reads one descriptor strictly, as parse_manifest does. Throws Error{invalid_document}, and {unsupported} when it
/// embeds data under a digest that cannot be computed.
Descriptor parse_descriptor(std::string_view document);

/// Reads `from` and fails unless it is exactly what `descriptor` names: size first, then digest, at the end.
class VerifyingSource final : public Source {
 public:
  /// Throws Error{unsupported} when the digest is neither sha256 nor sha512.
  VerifyingSource(std::unique_ptr<Source> from, Descriptor descriptor);

  /// Throws Error{digest_mismatch} as soon as there are more bytes than named, or at the end, and from then on at every
  /// read; what was given out before the end is not verified yet.
  std::size_t read(MutableBytes into) override;

 private:
  void verify();
  [[noreturn]] void fail(std::string message);

  std::unique_ptr<Source> from_;
  Descriptor descriptor_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
  bool ended_ = false;
  std::string failure_;
};

}  // namespace ocibuild
