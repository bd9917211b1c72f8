// Values of settings: their grammar and their names.
#include "ocibuild/build/settings.hpp"

#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "build/setting_values.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"

namespace ocibuild {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit units[] = {{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30},  {"KB", 1000},
                          {"kB", 1000},        {"MB", 1000'000},    {"GB", 1000'000'000}, {"B", 1}};

}  // namespace

std::string_view to_string(Origin origin) noexcept {
  switch (origin) {
    case Origin::built_in: return "default";
    case Origin::workspace: return "workspace";
    case Origin::package: return "package";
    case Origin::environment: return "environment";
    case Origin::command_line: return "command line";
  }
  return "unknown";
}

User User::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto uid = whole_number<std::uint32_t>(text.substr(0, colon));
  const auto gid = colon == std::string_view::npos ? uid : whole_number<std::uint32_t>(text.substr(colon + 1));
  if (!uid || !gid) {
    throw Error{Errc::invalid_argument, fmt::format("user `{}` is not of the form UID:GID, as in 65532:65532", text)};
  }
  return {.uid = *uid, .gid = *gid};
}

std::string User::string() const {
  return fmt::format("{}:{}", uid, gid);
}

std::uint64_t parse_size(std::string_view text) {
  std::uint64_t factor = 1;
  std::string_view digits = text;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    factor = unit.factor;
    digits.remove_suffix(unit.name.size());
    break;
  }
  const auto number = whole_number<std::uint64_t>(digits);
  if (!number || *number > std::numeric_limits<std::uint64_t>::max() / factor) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` is no number of bytes, as in 100MB or 64MiB", text)};
  }
  return *number * factor;
}

std::string parse_port(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view protocol = slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
  const auto port = whole_number<std::uint16_t>(text.substr(0, slash));
  if (!port || *port == 0 || (protocol != "tcp" && protocol != "udp" && protocol != "sctp")) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` is no port, as in 3000/tcp", text)};
  }
  return fmt::format("{}/{}", *port, protocol);
}

Compression parse_compression(std::string_view text) {
  if (text == "gzip") return Compression::gzip;
  if (text == "zstd") return Compression::zstd;
  throw Error{Errc::invalid_argument, fmt::format("compression `{}` is neither gzip nor zstd", text)};
}

std::uint32_t parse_mode(std::string_view text) {
  std::uint32_t mode = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (failure != std::errc{} || end != text.data() + text.size() || mode > 07777) {
    throw Error{Errc::invalid_argument, fmt::format("mode `{}` is not octal, as in 0644", text)};
  }
  return mode;
}

std::string parse_inside_path(std::string_view text) {
  const bool absolute = text.starts_with('/') && text.find('\0') == std::string_view::npos;
  if (!absolute) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` is no absolute path inside the image", text)};
  }
  for (std::size_t start = 1; start <= text.size();) {
    const std::size_t end = std::min(text.find('/', start), text.size());
    const std::string_view part = text.substr(start, end - start);
    if (part == "." || part == "..") {
      throw Error{Errc::invalid_argument, fmt::format("path `{}` inside the image holds `{}`", text, part)};
    }
    start = end + 1;
  }
  return std::string{text};
}

void expect_variable_name(std::string_view name) {
  if (name.empty() || name.find('=') != std::string_view::npos || name.find('\0') != std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` is no name of an environment variable", name)};
  }
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string_view item = text.substr(start, end - start);
    if (!item.empty()) items.emplace_back(item);
    start = end + 1;
  }
  return items;
}

std::vector<Platform> parse_platforms(const std::vector<std::string>& texts) {
  std::vector<Platform> platforms;
  for (const std::string& text : texts) platforms.push_back(Platform::parse(text));
  if (platforms.empty()) throw Error{Errc::invalid_argument, "the list of platforms is empty"};
  return platforms;
}

Settings settings_from_environment(const StringMap& environment) {
  Settings settings;
  const auto take = [&](const std::string& name, auto& into, auto&& read) {
    const std::string variable = "OCIBUILD_" + name;
    const auto found = environment.find(variable);
    if (found == environment.end() || found->second.empty()) return;
    into = with_context(variable, [&] { return read(found->second); });
  };
  const auto as_text = [](const std::string& text) { return text; };
  take("REGISTRY", settings.registry, as_text);
  take("NAME", settings.name, as_text);
  take("BASE", settings.base, as_text);
  take("PROFILE", settings.profile, as_text);
  take("CA_CERTIFICATES", settings.ca_certificates, as_text);
  take("TAGS", settings.tags, split_list);
  take("FEATURES", settings.features, split_list);
  take("PLATFORM", settings.platforms, [](const auto& text) { return parse_platforms(split_list(text)); });
  take("COMPRESSION", settings.compression, parse_compression);
  return settings;
}

}  // namespace ocibuild
