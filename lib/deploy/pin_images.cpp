// From decided images to changes of scalars.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "deploy/image_names.hpp"
#include "deploy/image_places.hpp"
#include "deploy/splice.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using Form = ImageSite::Form;

[[noreturn]] void refuse(const ImageSite& site, std::string_view problem, std::string help) {
  throw Error{Errc::unsupported, fmt::format("line {}: {}", site.line, problem)}.add_help(std::move(help));
}

// What every scalar is to hold. A site that stays as it is holds on to its scalars too, since another may share them.
class Claims {
 public:
  // `node` is the scalar or the alias by which the site has it.
  void claim(const YamlNode& node, std::string_view content, const ImageSite& site) {
    const YamlNode& scalar = dereference(node);
    nodes_.insert(&node);
    const auto [same, is_new] = claims_.emplace(&scalar, Claim{std::string{content}, site.line});
    if (is_new || same->second.content == content) return;
    throw Error{Errc::invalid_document,
                fmt::format("lines {} and {} share one scalar, on line {}, and would need two: {} and {}",
                            same->second.line, site.line, scalar.line, quote(same->second.content), quote(content))}
        .add_help(no_anchor);
  }

  void insert(NewMember member) {
    if (std::ranges::find(members_, member) == members_.end()) members_.push_back(std::move(member));
  }

  // `documents` are those that hold the sites.
  YamlChanges changes(const YamlDocuments& documents) && {
    require_only_images(documents);
    YamlChanges changes{.contents = {}, .members = std::move(members_)};
    for (auto& [scalar, claim] : claims_) {
      if (is_change(*scalar, claim)) changes.contents.emplace(scalar, std::move(claim.content));
    }
    return changes;
  }

 private:
  struct Claim {
    std::string content;
    std::size_t line;
  };

  static bool is_change(const YamlNode& scalar, const Claim& claim) {
    return std::string_view{scalar.text}.substr(0, scalar.text.find_last_not_of('\n') + 1) != claim.content;
  }

  // A version or a label may have an anchor in common with a tag, and is not to become a digest with it.
  void require_only_images(const YamlDocuments& documents) const {
    for (const YamlNode& node : documents.nodes) {
      const YamlNode& scalar = dereference(node);
      const auto found = claims_.find(&scalar);
      if (found == claims_.end() || nodes_.contains(&node) || !is_change(scalar, found->second)) continue;
      throw Error{
          Errc::invalid_document,
          fmt::format(
              "line {} is not known to be an image, but shares one scalar, on line {}, with the image on line {}, and "
              "would become {}",
              node.line, scalar.line, found->second.line, quote(found->second.content))}
          .add_help(no_anchor)
          .add_help("or, if that is an image too, say where it is with --image-path");
    }
  }

  static constexpr const char* no_anchor = "write the images out, without the anchor";

  std::map<const YamlNode*, Claim> claims_;
  std::set<const YamlNode*> nodes_;
  std::vector<NewMember> members_;
};

// Writes one site of several parts.
class PartsWriter {
 public:
  PartsWriter(const ImagePlace& place, Claims& claims)
      : place_{place}, parts_{image_parts(*place.node, place.site.form)}, claims_{claims} {}

  void keep() {
    for (const YamlNode* part : {parts_.registry, parts_.repository, parts_.tag, parts_.digest, parts_.replaces}) {
      keep(part);
    }
  }

  void write(const NewImage& image) {
    write_name(image.name);
    if (place_.site.form == Form::kustomize) {
      write_kustomize(image);
    } else {
      write_values(image);
    }
  }

 private:
  void claim(const YamlNode& node, std::string_view content) { claims_.claim(node, content, place_.site); }

  void keep(const YamlNode* part) {
    if (part == nullptr) return;
    const std::string_view text = dereference(*part).text;
    claim(*part, text.substr(0, text.find_last_not_of('\n') + 1));
  }

  void write_name(const std::string& name) {
    const std::string_view registry = text_of(parts_.registry);
    const std::string_view repository = text_of(parts_.repository);
    if (repository.empty() && has_same_name(text_of(parts_.replaces), name)) return keep(parts_.replaces);
    if (parts_.repository == nullptr) {
      refuse(place_.site, "the entry has no newName, which would name the other image",
             fmt::format("add 'newName: {}' to it", text_of(parts_.replaces)));
    }
    const std::string now = registry.empty() ? std::string{repository} : fmt::format("{}/{}", registry, repository);
    if (has_same_name(now, name)) {
      keep(parts_.registry);
      return keep(parts_.repository);
    }
    if (registry.empty()) return claim(*parts_.repository, name);
    const Reference reference = Reference::parse(name);
    claim(*parts_.registry, reference.registry);
    claim(*parts_.repository, reference.repository);
  }

  void write_kustomize(const NewImage& image) {
    const std::string tag = image.tag.value_or("").empty() ? "latest" : *image.tag;
    if (image.digest.empty()) {
      if (parts_.tag != nullptr) return write_both(tag, "");
      if (parts_.digest != nullptr) return exchange("digest", *parts_.digest, "newTag", tag);
      return insert(parts_.repository != nullptr ? "newName" : "name", "newTag", tag);
    }
    if (parts_.digest != nullptr) return write_both(image.tag, image.digest);
    if (parts_.tag != nullptr) return exchange("newTag", *parts_.tag, "digest", image.digest);
    insert(parts_.repository != nullptr ? "newName" : "name", "digest", image.digest);
  }

  void write_values(const NewImage& image) {
    const std::string tag = image.tag.value_or("").empty() ? "latest" : *image.tag;
    if (parts_.digest != nullptr) {
      if (image.digest.empty() && parts_.tag == nullptr) {
        refuse(place_.site, "there is no tag, which would name the other image", "add 'tag: \"\"' to the values");
      }
      return write_both(image.digest.empty() ? tag : image.tag, image.digest);
    }
    std::string joint = tag;
    if (!image.digest.empty()) {
      const std::string_view now = text_of(parts_.tag).substr(0, text_of(parts_.tag).find('@'));
      joint = fmt::format("{}@{}", image.tag || now.empty() ? std::string_view{tag} : now, image.digest);
    }
    if (parts_.tag != nullptr) return claim(*parts_.tag, joint);
    insert("repository", "tag", joint);
  }

  void write_both(const std::optional<std::string>& tag, std::string_view digest) {
    if (!tag) {
      keep(parts_.tag);
    } else if (parts_.tag != nullptr) {
      claim(*parts_.tag, *tag);
    }
    if (text_of(parts_.digest) == digest) return keep(parts_.digest);
    if (parts_.digest != nullptr) claim(*parts_.digest, digest);
  }

  // Another key takes the place of `key`, and its value that of `value`.
  void exchange(std::string_view key, const YamlNode& value, std::string_view new_key, std::string_view content) {
    claim(*own_entry(key).key, new_key);
    claim(value, content);
  }

  void insert(std::string_view after, std::string_view key, std::string_view value) {
    claims_.insert({place_.node, own_entry(after).value, std::string{key}, std::string{value}});
  }

  // The entry of `key` that stands in the mapping itself.
  const YamlEntry& own_entry(std::string_view key) const {
    for (const YamlEntry& entry : place_.node->entries) {
      if (entry.key->kind == YamlNode::Kind::scalar && entry.key->text == key) return entry;
    }
    refuse(place_.site, fmt::format("the {} comes from elsewhere, by a merge key", key), "write it into the entry");
  }

  const ImagePlace& place_;
  ImageParts parts_;
  Claims& claims_;
};

void require_reference_text(const NewImage& image) {
  const std::string text = image.string();
  if (!image.name.empty() && is_reference_text(text)) return;
  throw Error{Errc::invalid_argument, fmt::format("{} is not an image that can be written", quote(text))};
}

YamlChanges changes_for(const YamlDocuments& documents, const DecideImage& decide, std::span<const ImagePath> paths) {
  const std::vector<ImagePlace> places = find_image_places(documents, paths);
  Claims claims;
  for (const ImagePlace& place : places) {
    const std::optional<NewImage> image = decide(place.site);
    if (image) require_reference_text(*image);
    if (place.site.form == Form::reference) {
      claims.claim(*place.node, image ? image->string() : place.site.image, place.site);
    } else if (PartsWriter writer{place, claims}; image) {
      writer.write(*image);
    } else {
      writer.keep();
    }
  }
  return std::move(claims).changes(documents);
}

}  // namespace

std::string pin_images(std::string_view yaml, const DecideImage& decide, std::span<const ImagePath> paths) {
  const YamlDocuments before = parse_image_text(yaml);
  const YamlChanges changes = changes_for(before, decide, paths);
  if (changes.contents.empty() && changes.members.empty()) return std::string{yaml};
  std::string pinned = splice(yaml, changes);
  try {
    require_only_changes(before, changes, parse_yaml(pinned));
  } catch (const Error& error) {
    throw Error{Errc::unsupported, error.what()};
  }
  return pinned;
}

}  // namespace ocibuild
