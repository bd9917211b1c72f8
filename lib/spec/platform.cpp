// Platform names: the aliases that containerd's platforms package knows, normalised the way Docker's images are
// written.
#include "ocibuild/spec/platform.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view rule) {
  throw Error{Errc::invalid_argument, fmt::format("invalid platform {}: {}", quote(text), rule)}.add_help(
      "use OS/ARCHITECTURE[/VARIANT], as in linux/amd64 or linux/arm64");
}

bool is_component(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

std::string_view default_variant(std::string_view architecture) {
  if (architecture == "arm64") return "v8";
  if (architecture == "amd64") return "v1";
  if (architecture == "arm") return "v7";
  return {};
}

struct Processor {
  std::string architecture;
  std::string variant;
};

Processor resolve_alias(Processor processor) {
  std::string& architecture = processor.architecture;
  if (architecture == "x86_64" || architecture == "x86-64") architecture = "amd64";
  if (architecture == "i386") architecture = "386";
  if (architecture == "aarch64") architecture = "arm64";
  if (architecture == "armhf") return {.architecture = "arm", .variant = "v7"};
  if (architecture == "armel") return {.architecture = "arm", .variant = "v6"};
  return processor;
}

// `8` and `v8.0` are `v8`: people leave out the v, and arm64 has v8.0 for its base version.
std::string normalize_variant(std::string_view architecture, std::string variant) {
  if (variant.empty()) return std::string{default_variant(architecture)};
  const bool is_arm = architecture == "arm" || architecture == "arm64";
  if ((is_arm || architecture == "amd64") && is_digit(variant.front())) variant.insert(0, 1, 'v');
  if (architecture == "arm64" && variant.ends_with(".0")) variant.resize(variant.size() - 2);
  return variant;
}

Processor normalize(std::string_view architecture, std::string_view variant) {
  Processor result = resolve_alias({.architecture = to_lower(architecture), .variant = to_lower(variant)});
  result.variant = normalize_variant(result.architecture, std::move(result.variant));
  return result;
}

std::string normalize_os(std::string_view os) {
  std::string result = to_lower(os);
  return result == "macos" ? "darwin" : result;
}

}  // namespace

Platform Platform::parse(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = text;;) {
    const std::size_t slash = rest.find('/');
    parts.push_back(rest.substr(0, slash));
    if (slash == std::string_view::npos || parts.size() > 3) break;
    rest.remove_prefix(slash + 1);
  }
  if (parts.size() < 2 || parts.size() > 3) refuse(text, "expected two or three parts joined by /");
  if (!std::ranges::all_of(parts, is_component)) refuse(text, "each part must be [a-zA-Z0-9_.-]+");

  Processor processor = normalize(parts[1], parts.size() == 3 ? parts[2] : std::string_view{});
  // Docker's official images write v8 for arm64, but nothing for the default of amd64.
  if (processor.architecture == "amd64" && processor.variant == "v1") processor.variant.clear();
  return {.architecture = std::move(processor.architecture),
          .os = normalize_os(parts[0]),
          .variant = std::move(processor.variant)};
}

std::string Platform::string() const {
  const bool is_default = variant.empty() || variant == default_variant(architecture);
  return is_default ? fmt::format("{}/{}", os, architecture) : fmt::format("{}/{}/{}", os, architecture, variant);
}

bool satisfies(const Platform& offered, const Platform& wanted) {
  const Processor a = normalize(offered.architecture, offered.variant);
  const Processor b = normalize(wanted.architecture, wanted.variant);
  return normalize_os(offered.os) == normalize_os(wanted.os) && a.architecture == b.architecture &&
         a.variant == b.variant;
}

}  // namespace ocibuild
