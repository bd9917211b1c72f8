// Finding and setting names in an index.json.
#include "store/root_names.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/string_map.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

std::string_view preferred_key(NamedBy named_by) {
  return named_by == NamedBy::ref_name ? annotation::ref_name : annotation::image_name;
}

std::string_view other_key(NamedBy named_by) {
  return named_by == NamedBy::ref_name ? annotation::image_name : annotation::ref_name;
}

std::optional<Descriptor> find_by(const Index& index, std::string_view key, std::string_view name) {
  std::optional<Descriptor> found;
  for (const Descriptor& entry : index.manifests) {
    if (value_of(entry.annotations, key) != name) continue;
    if (found && found->digest != entry.digest) {
      throw Error{Errc::invalid_document, fmt::format("two roots are named {}: {} and {}", quote(name),
                                                      found->digest.string(), entry.digest.string())};
    }
    if (!found) found = without_names(entry);
  }
  return found;
}

bool is_ref_name(std::string_view name) {
  // component *("/" component); component = alphanum *([separator] alphanum); separator = one of -._:@+ or "--"
  bool after_alphanumeric = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_alphanumeric(name[i])) {
      after_alphanumeric = true;
      continue;
    }
    if (!after_alphanumeric || std::string_view{"-._:@+/"}.find(name[i]) == std::string_view::npos) return false;
    if (name.substr(i, 2) == "--") ++i;
    after_alphanumeric = false;
  }
  return after_alphanumeric;
}

bool is_reference(std::string_view name) {
  try {
    Reference::parse(name);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_tagged_component(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon != std::string_view::npos && is_component_name(name.substr(0, colon)) && is_tag(name.substr(colon + 1));
}

// image-spec's grammar is a SHOULD, and narrower than what registries take: it knows no `__`, no `_` in front and no
// `[::1]`. BuildKit and oras write tags as they are too.
bool is_root_name(std::string_view name) {
  return is_ref_name(name) || is_tag(name) || is_tagged_component(name) || is_reference(name);
}

}  // namespace

Descriptor without_names(Descriptor root) {
  root.annotations.erase(std::string{annotation::ref_name});
  root.annotations.erase(std::string{annotation::image_name});
  return root;
}

std::vector<NamedRoot> named_roots(const Index& index, NamedBy named_by) {
  std::vector<NamedRoot> roots;
  for (const Descriptor& entry : index.manifests) {
    std::string name = value_of(entry.annotations, preferred_key(named_by));
    if (name.empty()) name = value_of(entry.annotations, other_key(named_by));
    roots.push_back({std::move(name), without_names(entry)});
  }
  return roots;
}

std::optional<Descriptor> find_root(const Index& index, std::string_view name, NamedBy named_by) {
  if (name.empty()) return std::nullopt;
  if (auto root = find_by(index, preferred_key(named_by), name)) return root;
  if (named_by == NamedBy::image_name) {
    try {
      if (auto root = find_by(index, annotation::image_name, tagged_reference(name).string())) return root;
    } catch (const Error& error) {
      if (error.code() != Errc::invalid_argument) throw;  // not a reference, so it can only be the other kind of name
    }
  }
  return find_by(index, other_key(named_by), name);
}

void set_root(Index& index, const Descriptor& root, std::string_view name) {
  Descriptor entry = root;
  const std::string key{annotation::ref_name};
  if (name.empty()) {
    entry.annotations.erase(key);
  } else {
    entry.annotations[key] = name;
  }
  const auto is_replaced = [&](const Descriptor& old) {
    if (value_of(old.annotations, key) != name) return false;
    return !name.empty() || (old.digest == entry.digest && value_of(old.annotations, annotation::image_name).empty());
  };
  auto& entries = index.manifests;
  const auto first = std::find_if(entries.begin(), entries.end(), is_replaced);
  if (first == entries.end()) {
    entries.push_back(std::move(entry));
    return;
  }
  entries.erase(std::remove_if(first + 1, entries.end(), is_replaced), entries.end());
  *first = std::move(entry);
}

void require_root_name(std::string_view name) {
  if (is_root_name(name)) return;
  throw Error{
      Errc::invalid_argument,
      fmt::format("{} cannot name an image: expected letters and digits, joined by one of -._:@+/ or --", quote(name))};
}

void require_root(const ReadStore& store, const Descriptor& root) {
  if (store.contains(root)) return;
  throw Error{Errc::not_found, fmt::format("blob {} is not in the store, so it cannot be named", root.digest.string())};
}

Reference tagged_reference(std::string_view name) {
  Reference reference = Reference::parse(name);
  if (reference.digest) {
    throw Error{Errc::invalid_argument, fmt::format("{} has a digest, expected a name with a tag", quote(name))};
  }
  if (reference.tag.empty()) reference.tag = "latest";
  return reference;
}

}  // namespace ocibuild
