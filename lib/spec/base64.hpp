// Base64 (RFC 4648 section 4, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ocibuild {

std::string encode_base64(std::string_view bytes);

/// The bytes of a base64 text, or nothing when it is not exactly what encode_base64 writes.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace ocibuild
