// Text for people: safe to show, short to read.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// `text` on one line and harmless on a terminal: control characters, bidirectional overrides and bytes that are not
/// UTF-8 are shown as escapes like `\n`, `\u{1b}`, `\xff`.
std::string terminal_text(std::string_view text);

/// The same for each line of `text`.
std::string terminal_lines(std::string_view text);

/// As `terminal_text`, for a line of another program: tabs stay, escape sequences are dropped, or all but those for
/// colours.
enum class Colors { keep, drop };
std::string terminal_line(std::string_view line, Colors colors);

/// `512 B`, `1.2 kB`, `34.5 MB`: decimal, as registries count, rounded down.
std::string human_size(std::uint64_t bytes);

/// `0.8 s`, `12 s`, `2 m 05 s`, `1 h 02 m`.
std::string human_duration(std::chrono::milliseconds duration);

/// `1 layer`, `2 layers`.
std::string counted(std::size_t count, std::string_view noun);

/// The first `columns` columns of `text`, the last of them an ellipsis when something was cut. Counts a code point as
/// one column.
std::string fit(std::string_view text, std::size_t columns);

/// Number of code points in `text`.
std::size_t columns_of(std::string_view text) noexcept;

/// The word of `known` that `word` was probably meant to be, or nothing when none is close.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace ocibuild
