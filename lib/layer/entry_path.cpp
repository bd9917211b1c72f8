// Paths inside a layer: one spelling for each place, one order for all of them.
#include "layer/entry_path.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view whiteout_prefix = ".wh.";

}  // namespace

std::vector<std::string_view> path_components(std::string_view path) {
  std::vector<std::string_view> components;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, slash);
    if (!component.empty() && component != ".") components.push_back(component);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return components;
}

std::string join_components(const std::vector<std::string_view>& components) {
  return fmt::format("{}", fmt::join(components, "/"));
}

std::string layer_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("path '{}' contains a NUL byte", printable(path))};
  }
  if (!is_utf8(path)) {
    throw Error{Errc::unsupported, fmt::format("path '{}' is not UTF-8, which a layer cannot hold", printable(path))};
  }
  const auto components = path_components(path);
  if (components.empty()) {
    throw Error{Errc::invalid_argument, fmt::format("path '{}' names the root of the image", path)};
  }
  for (const std::string_view component : components) {
    if (component == "..") {
      throw Error{Errc::invalid_argument, fmt::format("path '{}' contains '..'", printable(path))};
    }
    if (component.starts_with(whiteout_prefix)) {
      throw Error{Errc::unsupported,
                  fmt::format("path '{}' has a name that starts with '.wh.', which in a layer means a deletion",
                              printable(path))};
    }
  }
  return join_components(components);
}

std::string_view parent_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view base_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool PathOrder::operator()(std::string_view a, std::string_view b) const noexcept {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

bool is_utf8(std::string_view text) noexcept {
  return find_non_utf8(text) == std::string_view::npos;
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string printable(std::string_view text) {
  const bool readable = is_utf8(text);
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool keep = byte >= 0x20 && (byte < 0x7f || (byte > 0x7f && readable));
    shown += keep ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
  }
  return shown;
}

}  // namespace ocibuild
