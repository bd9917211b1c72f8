// The places a build puts its images in.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console.hpp"
#include "ocibuild/store/place.hpp"
#include "progress.hpp"

namespace ocibuild {

/// A root with the names it shall have.
struct Publication {
  Descriptor root;
  std::map<std::string, std::string> names;  ///< in a layout or oci-archive, each with the reference it stands for
  std::vector<std::string> references;       ///< in a docker-archive, which knows only full ones
};

/// Places opened for writing. Images are made in one of them, a layout if there is one, and copied from there to the
/// others.
class Outputs {
 public:
  /// Opens every place, so that one that cannot be written is known before anything is compiled. `standard` is a
  /// layout that is added when none is given. Throws as open_for_writing.
  Outputs(const std::vector<std::string>& places, const std::optional<std::filesystem::path>& standard,
          Console& console);

  /// Where images are made.
  Store& first() { return *outputs_.front().store; }

  /// Throws Error{invalid_argument} when a place has a name in it, but there are several roots to name.
  void require_room_for(std::size_t roots) const;

  /// Gives the publications to every place, and completes it.
  void publish(const std::vector<Publication>& publications, unsigned jobs, Progress& progress);

 private:
  struct Output {
    Place place;
    std::unique_ptr<Store> store;
  };

  std::vector<Output> outputs_;  ///< not empty
};

}  // namespace ocibuild
