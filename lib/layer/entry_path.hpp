// Paths inside a layer: one spelling for each place, one order for all of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// The components of a path, without empty ones and `.`; `..` stays.
std::vector<std::string_view> path_components(std::string_view path);

/// Components joined by `/`.
std::string join_components(const std::vector<std::string_view>& components);

/// The one spelling of a path in a layer: `a`, `./a`, `a/`, `/a` and `a//` are all `a`, from the root of the image.
/// Throws Error{invalid_argument} for `..`, a NUL byte and the root itself; Error{unsupported} for what no layer can
/// hold: a name that is not UTF-8 and one that starts with `.wh.` (image-spec, layer.md#whiteouts).
std::string layer_path(std::string_view path);

/// Everything before the last `/`; empty at the top.
std::string_view parent_path(std::string_view path) noexcept;

/// Everything after the last `/`.
std::string_view base_name(std::string_view path) noexcept;

/// Orders paths component by component, each by its bytes: a directory is followed by what it contains, then by its
/// next sibling. This is the order of bytes with `/` below every other byte.
struct PathOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const noexcept;
};

/// True for well-formed UTF-8, as find_non_utf8 sees it.
bool is_utf8(std::string_view text) noexcept;

/// True when every byte is below 0x80.
bool is_ascii(std::string_view text) noexcept;

/// `text` for a message: control bytes, and all bytes above 0x7e when it is not UTF-8, become `\xNN`.
std::string printable(std::string_view text);

}  // namespace ocibuild
