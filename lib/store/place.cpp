// Reading the names of places, and opening them.
#include "ocibuild/store/place.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/reference.hpp"
#include "ocibuild/store/archive.hpp"
#include "spec/text.hpp"
#include "store/root_names.hpp"

namespace ocibuild {
namespace {

struct Prefix {
  std::string_view text;
  PlaceKind kind;
};
constexpr std::array local_prefixes{Prefix{"oci:", PlaceKind::layout}, Prefix{"oci-archive:", PlaceKind::oci_archive},
                                    Prefix{"docker-archive:", PlaceKind::docker_archive}};
constexpr std::string_view registry_prefix = "docker://";

// Transports of skopeo that would otherwise look like an image with a tag.
constexpr std::array foreign_prefixes{"dir:", "containers-storage:", "docker-daemon:", "ostree:", "sif:", "tarball:"};

/// Takes a digest off the end of a text. Other words behind an @ belong to a path, or to a name with a colon.
std::optional<Digest> take_digest(std::string_view& text) {
  const std::size_t at = text.rfind('@');
  const std::string_view end = at == std::string_view::npos ? "" : text.substr(at + 1);
  if (!end.starts_with("sha256:") && !end.starts_with("sha512:")) return std::nullopt;
  text.remove_suffix(end.size() + 1);
  try {
    return Digest::parse(end);
  } catch (const Error& error) {
    throw Error{Errc::invalid_argument, error.what()};
  }
}

Place parse_local(std::string_view text, const Prefix& prefix) {
  std::string_view rest = text.substr(prefix.text.size());
  Place place{.kind = prefix.kind, .digest = take_digest(rest)};
  const std::size_t colon = rest.find(':');
  place.path = rest.substr(0, colon);
  if (colon != std::string_view::npos) place.name = rest.substr(colon + 1);
  if (place.path.empty() || (colon != std::string_view::npos && place.name.empty())) {
    throw Error{Errc::invalid_argument,
                fmt::format("{} is incomplete, expected {}PATH or {}PATH:NAME", quote(text), prefix.text, prefix.text)};
  }
  if (place.name.empty()) return place;
  if (place.kind == PlaceKind::docker_archive) {
    tagged_reference(place.name);
  } else {
    require_root_name(place.name);
  }
  return place;
}

Place parse_registry(std::string_view text) {
  if (text.starts_with(registry_prefix)) text.remove_prefix(registry_prefix.size());
  try {
    Reference::parse(text);
  } catch (Error& error) {
    error.add_help(
        "a layout is written as oci:DIR[:name], an archive as oci-archive:FILE[:name] or docker-archive:FILE[:name]");
    throw;
  }
  return {.kind = PlaceKind::registry, .name = std::string{text}};
}

[[noreturn]] void throw_registry(const Place& place) {
  throw Error{Errc::unsupported, fmt::format("{} is in a registry, expected a layout or an archive", quote(place.name))}
      .add_help("use oci:DIR[:name], oci-archive:FILE[:name] or docker-archive:FILE[:name]");
}

std::unique_ptr<ReadStore> open_store(const Place& place) {
  switch (place.kind) {
    case PlaceKind::registry: break;
    case PlaceKind::layout: return std::make_unique<LayoutReader>(place.path);
    case PlaceKind::oci_archive: return std::make_unique<ArchiveReader>(place.path, ArchiveFormat::oci);
    case PlaceKind::docker_archive: return std::make_unique<ArchiveReader>(place.path, ArchiveFormat::docker);
  }
  throw_registry(place);
}

/// True when there is exactly one root, whatever number of names it has.
bool are_one(const std::vector<NamedRoot>& roots) {
  return !roots.empty() && std::all_of(roots.begin(), roots.end(), [&](const NamedRoot& root) {
    return root.descriptor.digest == roots.front().descriptor.digest;
  });
}

[[noreturn]] void throw_no_root(const Place& place, const std::vector<NamedRoot>& roots) {
  std::string names;
  for (const NamedRoot& root : roots) {
    names +=
        fmt::format("{}{}", names.empty() ? "" : ", ", root.name.empty() ? root.descriptor.digest.string() : root.name);
  }
  const bool names_one = place.digest || !place.name.empty();
  const std::string wanted =
      names_one ? fmt::format("has no image {}", place.digest ? place.digest->string() : quote(place.name))
                : fmt::format("has {} images, expected a name or a digest", roots.size());
  Error error{Errc::not_found, fmt::format("{} {}", place.path.native(), wanted)};
  error.add_note(roots.empty() ? "it is empty" : fmt::format("it has: {}", names));
  throw std::move(error);
}

}  // namespace

Place Place::parse(std::string_view text) {
  for (const Prefix& prefix : local_prefixes) {
    if (text.starts_with(prefix.text)) return parse_local(text, prefix);
  }
  for (const std::string_view prefix : foreign_prefixes) {
    if (!text.starts_with(prefix)) continue;
    throw Error{Errc::unsupported, fmt::format("{} is a place of other tools", quote(text))}.add_help(
        "use oci:DIR[:name], oci-archive:FILE[:name], docker-archive:FILE[:name] or a registry reference");
  }
  return parse_registry(text);
}

std::string Place::string() const {
  for (const Prefix& prefix : local_prefixes) {
    if (prefix.kind != kind) continue;
    return fmt::format("{}{}{}{}{}{}", prefix.text, path.native(), name.empty() ? "" : ":", name, digest ? "@" : "",
                       digest ? digest->string() : "");
  }
  return name;
}

OpenedRoot open_for_reading(const Place& place) {
  std::unique_ptr<ReadStore> store = open_store(place);
  if (place.digest) {
    for (NamedRoot& root : store->roots()) {
      if (root.descriptor.digest != *place.digest) continue;
      return {std::move(store), std::move(root.descriptor), place.name.empty() ? std::move(root.name) : place.name};
    }
    throw_no_root(place, store->roots());
  }
  if (!place.name.empty()) {
    if (auto root = store->resolve(place.name)) return {std::move(store), std::move(*root), place.name};
  }
  std::vector<NamedRoot> roots = store->roots();
  if (!place.name.empty() || !are_one(roots)) throw_no_root(place, roots);
  const auto named = std::ranges::find_if(roots, [](const NamedRoot& root) { return !root.name.empty(); });
  NamedRoot& root = named == roots.end() ? roots.front() : *named;
  return {std::move(store), std::move(root.descriptor), std::move(root.name)};
}

std::unique_ptr<Store> open_for_writing(const Place& place, const LayoutOptions& options) {
  if (place.digest) {
    throw Error{Errc::invalid_argument,
                fmt::format("{} names an image by digest, and nothing can be written as one", quote(place.string()))}
        .add_help("leave the digest out");
  }
  switch (place.kind) {
    case PlaceKind::registry: break;
    case PlaceKind::layout: return std::make_unique<LayoutStore>(place.path, options);
    case PlaceKind::oci_archive: return std::make_unique<ArchiveWriter>(place.path, ArchiveOptions{ArchiveFormat::oci});
    case PlaceKind::docker_archive:
      return std::make_unique<ArchiveWriter>(place.path, ArchiveOptions{ArchiveFormat::docker});
  }
  throw_registry(place);
}

}  // namespace ocibuild
