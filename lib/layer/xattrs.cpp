// Extended attributes that belong into a layer.
#include "layer/xattrs.hpp"

#include <cerrno>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <sys/xattr.h>

#include "layer/entry_path.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

/// Calls `read(data, size)` as listxattr and getxattr want it: first for the size, then for the bytes, and again when
/// they grew in between. Nothing when there is no such thing.
template <class Read>
std::optional<std::string> sized_read(const std::filesystem::path& path, const Read& read) {
  while (true) {
    const ssize_t size = read(nullptr, 0);
    if (size > 0) {
      std::string value(static_cast<std::size_t>(size), '\0');
      const ssize_t count = read(value.data(), value.size());
      if (count >= 0) {
        value.resize(static_cast<std::size_t>(count));
        return value;
      }
    } else if (size == 0) {
      return std::string{};
    }
    if (errno == ENOTSUP || errno == ENODATA) return std::nullopt;
    if (errno != ERANGE) throw_errno(fmt::format("extended attributes of {}", printable(path.native())), errno);
  }
}

bool belongs_into_layer(std::string_view name) {
  return name.starts_with("user.") || name == "security.capability";
}

}  // namespace

std::map<std::string, std::string> layer_xattrs(const std::filesystem::path& path) {
  const auto names =
      sized_read(path, [&](char* data, std::size_t size) { return ::llistxattr(path.c_str(), data, size); });
  std::map<std::string, std::string> xattrs;
  std::string_view rest = names ? std::string_view{*names} : std::string_view{};
  while (!rest.empty()) {
    const std::string name{rest.substr(0, rest.find('\0'))};
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    if (!belongs_into_layer(name)) continue;
    auto value = sized_read(
        path, [&](char* data, std::size_t size) { return ::lgetxattr(path.c_str(), name.c_str(), data, size); });
    if (value) xattrs.emplace(name, std::move(*value));
  }
  return xattrs;
}

}  // namespace ocibuild
