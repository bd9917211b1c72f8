// Reading arguments that have parts.
#include "added_file.hpp"

#include <charconv>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

Error malformed(std::string_view text, std::string_view why) {
  return Error{Errc::invalid_argument, fmt::format("--add: '{}': {}", text, why)}.add_help(
      "the form is SRC:DST[:MODE], as in --add dist/tool:/usr/local/bin/tool:0755");
}

std::uint32_t parse_mode(std::string_view mode, std::string_view text) {
  std::uint32_t bits = 0;
  const auto [end, failure] = std::from_chars(mode.data(), mode.data() + mode.size(), bits, 8);
  if (failure != std::errc{} || end != mode.data() + mode.size() || bits > 07777) {
    throw malformed(text, fmt::format("'{}' is not an octal mode", mode));
  }
  return bits;
}

}  // namespace

FileRule parse_added_file(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) throw malformed(text, "there is no source or no destination");
  const std::string_view rest = text.substr(colon + 1);
  const std::size_t second = rest.find(':');
  FileRule rule{.source = std::string{text.substr(0, colon)}, .dest = std::string{rest.substr(0, second)}};
  if (!rule.dest.starts_with('/'))
    throw malformed(text, fmt::format("the destination '{}' is not absolute", rule.dest));
  if (second != std::string_view::npos) rule.mode = parse_mode(rest.substr(second + 1), text);
  return rule;
}

std::pair<std::string, std::string> parse_assignment(std::string_view option, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("{}: '{}' is not NAME=VALUE", option, text)};
  }
  return {std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

}  // namespace ocibuild
