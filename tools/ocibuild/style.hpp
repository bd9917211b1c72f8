// Colours and weights of text on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "environment.hpp"

namespace ocibuild {

/// What `--color` says.
enum class ColorChoice { automatic, always, never };

/// True when a stream gets colours: `--color` decides, then NO_COLOR, then CLICOLOR_FORCE, then whether it is a
/// terminal. (https://no-color.org, https://bixense.com/clicolors)
bool wants_colors(ColorChoice choice, const Environment& environment, bool is_terminal);

/// What a piece of text is, which decides how it looks.
enum class Ink { error, warning, note, help, strong, faint, good };

/// Paints text, or does not.
class Style {
 public:
  explicit Style(bool colors) noexcept : colors_{colors} {}
  bool colors() const noexcept { return colors_; }

  /// `text` between the escape sequences of `ink`; `text` itself without colours.
  std::string paint(Ink ink, std::string_view text) const;

 private:
  bool colors_;
};

}  // namespace ocibuild
