// The names of the frozen layer formats, so that whoever holds a layer knows how to make its bytes again.
#pragma once

#include <string>
#include <string_view>

#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {

/// The annotation on a layer's descriptor that says how its bytes were made; its value is a `format_name`.
inline constexpr std::string_view layer_format_annotation = "dev.ocibuild.layer.format";

/// The format that write_layer uses for a compression: `tar`, `gz1` (lib/layer/FORMAT.md) or `zstd-3`.
std::string_view format_name(Compression compression) noexcept;

/// Names the encoder exactly: equal tars and equal names give equal bytes. That of a frozen format is the format's
/// name; `zstd-3` depends on the library, as in `zstd-3 libzstd-1.5.4`.
std::string encoder_name(Compression compression);

}  // namespace ocibuild
