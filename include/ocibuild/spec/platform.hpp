// Platforms: what an image runs on (image-spec v1.1.1, image-index.md).
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// Fields of a document that this library does not know, by name: their JSON text as read, less white space. They are
/// written again after the known ones.
using UnknownFields = std::map<std::string, std::string>;

/// Operating system and processor in Go's names. arm64 is written with variant `v8`, as Docker's official images do.
struct Platform {
  std::string architecture;  ///< GOARCH: amd64, arm64
  std::string os = "linux";  ///< GOOS
  std::string os_version;    ///< empty: absent
  std::vector<std::string> os_features;
  std::string variant;  ///< empty: absent
  UnknownFields unknown;

  /// Reads `os/architecture[/variant]` with the aliases people type (x86_64, aarch64, x86-64); arm64 gets v8.
  /// Throws Error{invalid_argument}.
  static Platform parse(std::string_view text);

  /// `os/architecture`, with `/variant` unless that is the default of its architecture (arm64: v8, amd64: v1, arm: v7).
  std::string string() const;

  friend bool operator==(const Platform&, const Platform&) = default;
};

/// True when an image for `offered` runs where `wanted` is asked for: same os and architecture, and the same variant
/// after defaults (no variant equals v8 on arm64, v1 on amd64, v7 on arm).
bool satisfies(const Platform& offered, const Platform& wanted);

}  // namespace ocibuild
