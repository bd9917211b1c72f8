// References: how people name images (grammar of distribution/reference, with docker.io's defaults).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/spec/digest.hpp"

namespace ocibuild {

/// `registry/repository[:tag][@digest]`, complete: `nginx` is `docker.io/library/nginx`.
///
/// What stands before the first `/` is a registry when it has a `.`, a `:` or an upper-case letter, or is `localhost`.
struct Reference {
  std::string registry;    ///< host with optional port: `ghcr.io`, `localhost:5000`, `[::1]:5000`, `docker.io`
  std::string repository;  ///< `owner/name`
  std::string tag;         ///< empty: absent
  std::optional<Digest> digest;

  /// Throws Error{invalid_argument} naming the part that breaks the grammar.
  static Reference parse(std::string_view text);

  /// `registry/repository`.
  std::string name() const { return registry + "/" + repository; }

  /// What to ask the registry for: the digest wins, then the tag, then `latest`.
  std::string tag_or_digest() const;

  /// The whole reference, as it would be parsed again.
  std::string string() const;

  friend bool operator==(const Reference&, const Reference&) = default;
};

/// True when `text` is a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
bool is_tag(std::string_view text) noexcept;

/// True when `text` is a repository path: lower-case components joined by `/`, at most 255 bytes.
bool is_repository(std::string_view text) noexcept;

/// True when `text` can name a component, in a file, a shell and the outputs of a workflow: up to 128 letters, digits,
/// `.`, `_` and `-`, of which the first is a letter, a digit or `_`.
bool is_component_name(std::string_view text) noexcept;

}  // namespace ocibuild
