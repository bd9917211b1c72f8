// Copying between stores with a display.
#pragma once

#include <cstdint>
#include <string>

#include "console.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "progress.hpp"

namespace ocibuild {

/// What `--help` says about places.
inline constexpr const char* places_help =
    "A PLACE is oci:DIR[:NAME], oci-archive:FILE[:NAME] or docker-archive:FILE[:NAME].\n"
    "Registries are not supported by this version.";

struct CopyRequest {
  std::string subject;  ///< names the copy in the display
  unsigned jobs = 1;
};

/// How much there is below a root.
struct Copied {
  std::size_t blobs = 0;
  std::uint64_t bytes = 0;
};

/// `copy`, shown in `progress` with bytes and speed.
Copied copy_shown(const ReadStore& from, const Descriptor& root, Store& to, const CopyRequest& request,
                  Progress& progress);

/// Layout options that warn about every corrupt blob that was set aside.
LayoutOptions layout_options(Console& console);

}  // namespace ocibuild
