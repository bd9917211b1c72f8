// Base64 by hand: OpenSSL's decoder takes white space and counts in int.
#include "spec/base64.hpp"

#include <cstdint>

namespace ocibuild {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
    };
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    result += alphabet[group >> 18];
    result += alphabet[group >> 12 & 63];
    result += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
    result += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
  }
  return result;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  std::string result;
  result.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const std::size_t value = is_padding ? 0 : alphabet.find(text[i]);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 != 3) continue;
    result += {static_cast<char>(group >> 16), static_cast<char>(group >> 8 & 255), static_cast<char>(group & 255)};
    group = 0;
  }
  result.resize(result.size() - padding);
  // Bits under the padding must be zero, so that one content has one spelling.
  if (encode_base64(result) != text) return std::nullopt;
  return result;
}

}  // namespace ocibuild
