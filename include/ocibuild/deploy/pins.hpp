// ocibuild.pins.json: which component stood where a placeholder stands now.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "ocibuild/deploy/images.hpp"

namespace ocibuild {

/// Largest side file that is read.
inline constexpr std::size_t max_pins_file = 16 << 20;

/// Which site it is, whatever image it names.
struct PinKey {
  std::string file;  ///< relative to the side file's directory
  std::string kind;
  std::string name_space;
  std::string name;
  std::string path;            ///< of the site in its document
  std::size_t occurrence = 0;  ///< among equal ones; documents are not counted, since they move

  /// The key of a site.
  PinKey(std::string of_file, const ImageSite& site);
  PinKey() = default;

  friend auto operator<=>(const PinKey&, const PinKey&) = default;
};

/// What is remembered of a site.
struct Pin {
  std::string component;
  std::string container;    ///< for readers; empty when there is none
  std::string image;        ///< what stood there, as in `ghcr.io/o/engine@sha256:...`
  std::string tag;          ///< of an image of several parts, as it was written
  std::string placeholder;  ///< what was put there

  friend bool operator==(const Pin&, const Pin&) = default;
};

/// The whole file. The keys are sorted, so that equal pins give equal bytes.
using Pins = std::map<PinKey, Pin>;

/// The document, indented and ending in a line break.
std::string serialize(const Pins& pins);

/// Reads a document strictly. Throws Error{invalid_document} naming the member, and {unsupported} for another
/// schemaVersion.
Pins parse_pins(std::string_view document);

}  // namespace ocibuild
