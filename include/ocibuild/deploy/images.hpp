// Images in Kubernetes manifests, Kustomize files and Helm values: where they are named, and naming others instead.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// A place in a text that names an image.
struct ImageSite {
  enum class Form {
    reference,  ///< one scalar: `image: ghcr.io/o/engine:1`
    kustomize,  ///< an entry of `images:` with `name`, `newName`, `newTag` and `digest`
    values,     ///< a mapping of a Helm chart's values: `registry`, `repository`, `tag`, `digest`; or `image` and `tag`
  };

  Form form = Form::reference;
  std::string image;      ///< what is named; of several parts put together, as in `ghcr.io/o/engine:1@sha256:...`
  std::string replaces;   ///< `name` of a Kustomize entry: the image it takes the place of; empty elsewhere
  std::string tag;        ///< of several parts: the tag as it is written, else empty
  std::string container;  ///< its name; empty when there is none
  std::string kind;       ///< of the Kubernetes object; empty when it is none
  std::string name_space;
  std::string name;
  std::string path;            ///< in the document: `spec.template.spec.containers[engine].image`
  std::size_t document = 0;    ///< in the text; the first one is 0
  std::size_t line = 0;        ///< the first one is 1
  std::size_t occurrence = 0;  ///< how many sites before it have the same object and path, in other documents

  friend bool operator==(const ImageSite&, const ImageSite&) = default;
};

/// Where images are named in objects that Kubernetes itself does not know.
struct ImagePath {
  std::string kind;                ///< empty: any
  std::vector<std::string> steps;  ///< names of members; `[]` stands for every item of a list

  /// Reads `[KIND:]STEP.STEP...`, as in `Workflow:spec.templates[].container.image`. Throws Error{invalid_argument}.
  static ImagePath parse(std::string_view text);

  friend bool operator==(const ImagePath&, const ImagePath&) = default;
};

/// The image that a site is to name.
struct NewImage {
  std::string name;                ///< `ghcr.io/o/engine`
  std::optional<std::string> tag;  ///< absent: a site of several parts keeps the tag it has
  std::string digest;              ///< `sha256:...`; empty: none

  /// `NAME[:TAG][@DIGEST]`.
  std::string string() const;

  friend bool operator==(const NewImage&, const NewImage&) = default;
};

/// What a site is to name from now on; nothing leaves it as it is. It is asked once for every site, in the order of the
/// text.
using DecideImage = std::function<std::optional<NewImage>(const ImageSite&)>;

/// All places that name an image: containers, init containers and ephemeral containers of everything with a pod
/// template, also in lists; entries of Kustomize's `images`; `image` and mappings with `repository` in values of Helm;
/// and what `paths` names. Aliases and merge keys are followed.
///
/// Throws Error{invalid_document} for what is not YAML (see lib/deploy/yaml.hpp for the limits), and {unsupported} for
/// templates of Helm, which are not YAML.
std::vector<ImageSite> find_images(std::string_view yaml, std::span<const ImagePath> paths = {});

/// The text with other images in place of those that `decide` has an answer for. No other byte changes: comments,
/// quotes, anchors, line breaks and white space stay. The result was parsed again and compared.
///
/// A reference takes the style of the scalar it replaces. In Kustomize entries `digest` is set, or takes the place of
/// `newTag`, or is inserted. In values `digest` is set where it is there; else `tag` becomes `TAG@sha256:...`.
///
/// Throws as find_images; Error{invalid_document} when two sites share one scalar through an anchor and would need
/// different images, or when something that is no image shares one that changes; {unsupported} when a site cannot take
/// the image; {invalid_argument} when an image that was decided has characters no reference has.
std::string pin_images(std::string_view yaml, const DecideImage& decide, std::span<const ImagePath> paths = {});

}  // namespace ocibuild
