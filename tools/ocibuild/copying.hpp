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
inline constexpr const char* output_places_help =
    "A PLACE is oci:DIR[:NAME], oci-archive:FILE[:NAME] or docker-archive:FILE[:NAME].";
inline constexpr const char* places_help =
    "A PLACE is oci:DIR[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:NAME], to be read also with\n"
    "@sha256:... at its end, or a reference in a registry, as ghcr.io/owner/name:tag,\n"
    "localhost:5000/name or ghcr.io/owner/name@sha256:...";

struct CopyRequest {
  std::string subject;  ///< names the copy in the display
  unsigned jobs = 1;
};

/// How much there is below a root, without the layers that `copy` leaves out.
struct Copied {
  std::size_t blobs = 0;
  std::uint64_t bytes = 0;
};

Copied measure(const ReadStore& from, const Descriptor& root);

/// `copy`, shown in `progress` with bytes and speed.
Copied copy_shown(const ReadStore& from, const Descriptor& root, Store& to, const CopyRequest& request,
                  Progress& progress);

/// Layout options that warn about every corrupt blob that was set aside.
LayoutOptions layout_options(Console& console);

}  // namespace ocibuild
