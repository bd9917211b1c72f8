// Reading gzip through zlib's inflate.
#pragma once

#include <memory>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// Reads gzip members to the end of `from`; see make_decompressor.
std::unique_ptr<Source> make_gzip_source(std::unique_ptr<Source> from);

}  // namespace ocibuild
