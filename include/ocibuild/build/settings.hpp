// What can be configured, where it was said, and which saying wins.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/base/string_map.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// Where a value came from, weakest first. Of two values the one with the greater origin wins.
enum class Origin { built_in, workspace, package, environment, command_line };

/// For people: `default`, `workspace`, `package`, `environment`, `command line`.
std::string_view to_string(Origin origin) noexcept;

/// A value and where it came from.
template <class Value>
struct Setting {
  Value value{};
  Origin origin = Origin::built_in;

  /// Takes `stronger` when it says something. Call from the weakest origin to the strongest.
  void override_with(const std::optional<Value>& stronger, Origin from) {
    if (!stronger) return;
    value = *stronger;
    origin = from;
  }
};

enum class OutsideWorkspace { refuse, allow };

/// One entry of `files`: what goes where.
struct FileRule {
  std::string source;                 ///< file or directory, relative to the directory of the Cargo.toml
  std::string dest;                   ///< absolute path inside the image; ending in `/`: into that directory
  std::optional<std::uint32_t> mode;  ///< of files; by default 0755 when the owner may execute it, else 0644
  OutsideWorkspace outside = OutsideWorkspace::refuse;  ///< key `allow-outside`

  friend bool operator==(const FileRule&, const FileRule&) = default;
};

/// Who a container runs as. Numeric, because Kubernetes' runAsNonRoot can judge nothing else.
struct User {
  std::uint32_t uid = 65532;
  std::uint32_t gid = 65532;

  /// Reads `UID` (the group is the same number) or `UID:GID`. Throws Error{invalid_argument}.
  static User parse(std::string_view text);
  /// `UID:GID`.
  std::string string() const;

  friend bool operator==(const User&, const User&) = default;
};

/// By how much an image may be larger than the one before.
struct Growth {
  enum class Unit { bytes, percent };

  std::uint64_t amount = 0;
  Unit unit = Unit::bytes;

  /// Reads `10%`, or a number of bytes as parse_size does. Throws Error{invalid_argument}.
  static Growth parse(std::string_view text);

  /// As it would be parsed again: `10%`, `5000000`.
  std::string string() const;

  /// True when an image of `after` bytes may follow one of `before`.
  bool allows(std::uint64_t before, std::uint64_t after) const noexcept;

  friend bool operator==(const Growth&, const Growth&) = default;
};

/// Everything one origin says; what it leaves open is absent. Keys are spelled as in Cargo.toml.
struct Settings {
  std::optional<std::string> registry;  ///< `ghcr.io/owner`
  std::optional<std::string> name;      ///< template, default `{component}`
  std::optional<std::vector<Platform>> platforms;
  std::optional<std::string> base;               ///< `scratch`
  std::optional<std::vector<std::string>> tags;  ///< templates, see tags.hpp
  std::optional<std::string> ca_certificates;    ///< PEM file, relative to the directory of the Cargo.toml
  std::optional<std::string> profile;            ///< cargo profile
  std::optional<Compression> compression;
  std::optional<std::uint64_t> image_size;  ///< `budget.image-size`, bytes one platform of an image may have
  std::optional<Growth> image_growth;       ///< `budget.image-growth`
  std::optional<std::chrono::milliseconds> build_time;  ///< `budget.build-time`
  std::optional<User> user;
  std::optional<std::vector<std::string>> expose;  ///< `3000/tcp`
  std::optional<std::vector<std::string>> cmd;
  std::optional<std::string> workdir;
  std::optional<std::vector<std::string>> features;  ///< cargo features of the package
  StringMap env;                                     ///< maps of several origins are joined key by key
  StringMap labels;
  StringMap annotations;
  StringMap target;                      ///< platform to Rust target triple
  std::optional<std::string> component;  ///< package only: its name as a component
  std::optional<bool> skip;              ///< package only: not a component
  std::vector<FileRule> files;           ///< package only
};

enum class SettingsTable { workspace, package };

/// Reads the JSON of a `[*.metadata.ocibuild]` table; `""` is an empty one. Throws Error{invalid_document} naming the
/// key path for an unknown key (with the nearest known one as help), a wrong type, or a value outside its grammar.
Settings parse_settings(std::string_view json, SettingsTable table);

/// The settings in variables OCIBUILD_REGISTRY, _NAME, _PLATFORM, _BASE, _TAGS, _PROFILE, _FEATURES, _COMPRESSION and
/// _CA_CERTIFICATES (lists separated by commas). Other variables are not looked at. Throws Error{invalid_argument}.
Settings settings_from_environment(const StringMap& environment);

/// Reads a port to expose, `3000` or `3000/tcp`, and returns the long form. Throws Error{invalid_argument}.
std::string parse_port(std::string_view text);

/// Reads a number of bytes: `1000`, `100MB` (powers of 1000), `64MiB` (powers of 1024). Throws Error{invalid_argument}.
std::uint64_t parse_size(std::string_view text);

}  // namespace ocibuild
