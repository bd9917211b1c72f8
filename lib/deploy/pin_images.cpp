// From decided images to changes of scalars.
#include <algorithm>

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
  void claim(const YamlNode& scalar, std::string_view content, const ImageSite& site) {
    const auto [same, is_new] = claims_.emplace(&scalar, Claim{std::string{content}, site.line});
    if (is_new || same->second.content == content) return;
    throw Error{Errc::invalid_document,
                fmt::format("lines {} and {} share one scalar, on line {}, and would need two: {} and {}",
                            same->second.line, site.line, scalar.line, quote(same->second.content), quote(content))}
        .add_help("write the images out, without the anchor");
  }

  void insert(NewMember member) {
    if (std::ranges::find(members_, member) == members_.end()) members_.push_back(std::move(member));
  }

  YamlChanges changes() && {
    YamlChanges changes{.contents = {}, .members = std::move(members_)};
    for (auto& [scalar, claim] : claims_) {
      if (scalar->text.substr(0, scalar->text.find_last_not_of('\n') + 1) != claim.content) {
        changes.contents.emplace(scalar, std::move(claim.content));
      }
    }
    return changes;
  }

 private:
  struct Claim {
    std::string content;
    std::size_t line;
  };
  std::map<const YamlNode*, Claim> claims_;
  std::vector<NewMember> members_;
};

// Writes one site of several parts.
class PartsWriter {
 public:
  PartsWriter(const ImagePlace& place, Claims& claims)
      : place_{place}, parts_{image_parts(*place.node, place.site.form)}, claims_{claims} {}

  void keep() {
    for (const YamlNode* part : {parts_.registry, parts_.repository, parts_.tag, parts_.digest, parts_.replaces}) {
      if (part != nullptr) claims_.claim(*part, part->text, place_.site);
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
  void claim(const YamlNode& scalar, std::string_view content) { claims_.claim(scalar, content, place_.site); }

  void write_name(const std::string& name) {
    const std::string_view registry = text_of(parts_.registry);
    const std::string_view repository = text_of(parts_.repository);
    if (repository.empty() && has_same_name(text_of(parts_.replaces), name)) return;
    if (parts_.repository == nullptr) {
      refuse(place_.site, "the entry has no newName, which would name the other image",
             fmt::format("add 'newName: {}' to it", text_of(parts_.replaces)));
    }
    const std::string now = registry.empty() ? std::string{repository} : fmt::format("{}/{}", registry, repository);
    if (has_same_name(now, name)) return;
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
    if (parts_.tag != nullptr) claim(*parts_.tag, tag ? std::string_view{*tag} : std::string_view{parts_.tag->text});
    if (parts_.digest != nullptr && text_of(parts_.digest) != digest) claim(*parts_.digest, digest);
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

YamlChanges changes_for(const std::vector<ImagePlace>& places, const DecideImage& decide) {
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
  return std::move(claims).changes();
}

}  // namespace

std::string pin_images(std::string_view yaml, const DecideImage& decide, std::span<const ImagePath> paths) {
  const YamlDocuments before = parse_image_text(yaml);
  const YamlChanges changes = changes_for(find_image_places(before, paths), decide);
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
