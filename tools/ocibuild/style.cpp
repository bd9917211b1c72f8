// The escape sequences, in the colours that rustc and cargo use.
#include "style.hpp"

#include <fmt/format.h>

namespace ocibuild {
namespace {

std::string_view sgr(Ink ink) {
  switch (ink) {
    case Ink::error: return "1;31";
    case Ink::warning: return "1;33";
    case Ink::note: return "1";
    case Ink::help: return "1;36";
    case Ink::strong: return "1";
    case Ink::faint: return "2";
    case Ink::good: return "32";
  }
  return "0";
}

}  // namespace

bool wants_colors(ColorChoice choice, const Environment& environment, bool is_terminal) {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  if (is_set(environment, "NO_COLOR")) return false;
  const std::string forced = value_of(environment, "CLICOLOR_FORCE");
  if (!forced.empty() && forced != "0") return true;
  return is_terminal;
}

std::string Style::paint(Ink ink, std::string_view text) const {
  if (!colors_) return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", sgr(ink), text);
}

}  // namespace ocibuild
