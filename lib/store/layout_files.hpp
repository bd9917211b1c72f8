// The fixed files of an OCI layout (image-spec, image-layout.md), on disk and in archives alike.
#pragma once

#include <cstddef>
#include <string_view>

namespace ocibuild {

namespace layout_file {
inline constexpr std::string_view marker = "oci-layout";
inline constexpr std::string_view index = "index.json";
inline constexpr std::string_view blobs = "blobs";
inline constexpr std::string_view docker_manifest = "manifest.json";
}  // namespace layout_file

inline constexpr std::string_view layout_marker = R"({"imageLayoutVersion":"1.0.0"})";
inline constexpr std::size_t max_marker_size = 4 << 10;  // bytes; the file holds one short object

/// Throws Error{invalid_document} unless `content` is an oci-layout file of version 1.0.0. Further fields are fine.
void require_layout_marker(std::string_view content);

}  // namespace ocibuild
