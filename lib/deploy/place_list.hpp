// Collecting the places of images, and the searches that know one kind of text each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "deploy/image_places.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {

/// Places as they are found. A `site` that is passed in has what is common to all sites of its object.
class PlaceList {
 public:
  /// What a member of a mapping names: a scalar, or a mapping of parts. Nothing when there is no such member.
  void add_member(const YamlNode& mapping, std::string_view key, const std::string& path, ImageSite site);

  /// The same for a value inside the collection `around`.
  void add_value(const YamlNode& value, const YamlNode& around, std::string path, ImageSite site);

  /// A mapping of parts.
  void add_parts(const YamlNode& mapping, ImageSite::Form form, std::string path, ImageSite site);

  /// Everything in the order of the text, each place once.
  std::vector<ImagePlace> take();

 private:
  std::vector<ImagePlace> places_;
};

/// Entries of `images` in a kustomization.
void search_kustomization(const YamlNode& root, const ImageSite& site, PlaceList& places);

/// Members `image` and mappings of parts, at any depth. Does not follow aliases: what they stand for is searched where
/// it stands.
void search_values(const YamlNode& node, const std::string& path, const ImageSite& site, PlaceList& places);

/// What `wanted` leads to; its kind is not looked at.
void search_path(const YamlNode& object, const ImagePath& wanted, const std::string& path, const ImageSite& site,
                 PlaceList& places);

/// `a.b` and `c` become `a.b.c`, `a.b` and `[0]` become `a.b[0]`.
std::string join_path(std::string_view path, std::string_view step);

/// The step to an item of a list: its name where it has one, since that stays when items move.
std::string item_step(const YamlNode& item, std::size_t index);

/// For a template of Helm where YAML was expected.
Error template_error();

}  // namespace ocibuild
