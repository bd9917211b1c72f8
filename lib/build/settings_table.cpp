// Reading `[workspace.metadata.ocibuild]` and `[package.metadata.ocibuild]`: one line for each key.
#include <algorithm>

#include <fmt/format.h>

#include "build/document.hpp"
#include "build/setting_values.hpp"
#include "ocibuild/base/duration.hpp"
#include "ocibuild/base/nearest.hpp"
#include "ocibuild/build/settings.hpp"

namespace ocibuild {
namespace {

enum class Allowed { everywhere, package_only };

struct Key {
  std::string name;
  Allowed allowed;
  void (*read)(Settings&, const Field&);
};

Error unknown_key(const Field& field, std::string_view key, const std::vector<std::string>& known) {
  return field.error("unknown key").add_help(fmt::format("did you mean `{}`?", nearest(key, known)));
}

FileRule read_file_rule(const Field& entry) {
  static const std::vector<std::string> known{"allow-outside", "dest", "mode", "source"};
  for (const auto& [key, field] : entry.members()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) throw unknown_key(field, key, known);
  }
  FileRule rule{.source = entry.at("source").text(), .dest = entry.at("dest").parsed(parse_inside_path)};
  if (const auto mode = entry.find("mode")) rule.mode = mode->parsed(parse_mode);
  const auto outside = entry.find("allow-outside");
  if (outside && outside->boolean()) rule.outside = OutsideWorkspace::allow;
  return rule;
}

void read_files(Settings& settings, const Field& field) {
  for (const Field& entry : field.items()) settings.files.push_back(read_file_rule(entry));
}

void read_budget(Settings& settings, const Field& field) {
  for (const auto& [key, limit] : field.members()) {
    if (key == "image-size") {
      settings.image_size = limit.parsed(parse_size);
    } else if (key == "image-growth") {
      settings.image_growth = limit.parsed(Growth::parse);
    } else if (key == "build-time") {
      settings.build_time = limit.parsed(parse_duration);
    } else {
      throw unknown_key(limit, key, {"build-time", "image-growth", "image-size"});
    }
  }
}

void read_platforms(Settings& settings, const Field& field) {
  std::vector<Platform> platforms;
  for (const Field& item : field.items()) platforms.push_back(item.parsed(Platform::parse));
  if (platforms.empty()) throw field.error("expected at least one platform, as `linux/amd64`");
  settings.platforms = platforms;
}

void read_expose(Settings& settings, const Field& field) {
  settings.expose.emplace();
  for (const Field& item : field.items()) settings.expose->push_back(item.parsed(parse_port));
}

void read_env(Settings& settings, const Field& field) {
  for (const auto& [name, value] : field.members()) {
    try {
      expect_variable_name(name);
    } catch (const Error& reason) {
      throw field.error(reason.what());
    }
    settings.env.emplace(name, value.text());
  }
}

void read_target(Settings& settings, const Field& field) {
  for (const auto& [platform, triple] : field.members()) {
    try {
      settings.target.insert_or_assign(Platform::parse(platform).string(), triple.text());
    } catch (const Error& reason) {
      throw field.error(reason.what());
    }
  }
}

const std::vector<Key>& keys() {
  using enum Allowed;
  static const std::vector<Key> all{
      {"annotations", everywhere, [](Settings& s, const Field& f) { s.annotations = f.text_map(); }},
      {"base", everywhere, [](Settings& s, const Field& f) { s.base = f.text(); }},
      {"budget", everywhere, read_budget},
      {"ca-certificates", everywhere, [](Settings& s, const Field& f) { s.ca_certificates = f.text(); }},
      {"cmd", everywhere, [](Settings& s, const Field& f) { s.cmd = f.texts(); }},
      {"component", package_only, [](Settings& s, const Field& f) { s.component = f.text(); }},
      {"compression", everywhere, [](Settings& s, const Field& f) { s.compression = f.parsed(parse_compression); }},
      {"env", everywhere, read_env},
      {"expose", everywhere, read_expose},
      {"features", package_only, [](Settings& s, const Field& f) { s.features = f.texts(); }},
      {"files", package_only, read_files},
      {"labels", everywhere, [](Settings& s, const Field& f) { s.labels = f.text_map(); }},
      {"name", everywhere, [](Settings& s, const Field& f) { s.name = f.text(); }},
      {"platforms", everywhere, read_platforms},
      {"profile", everywhere, [](Settings& s, const Field& f) { s.profile = f.text(); }},
      {"registry", everywhere, [](Settings& s, const Field& f) { s.registry = f.text(); }},
      {"skip", package_only, [](Settings& s, const Field& f) { s.skip = f.boolean(); }},
      {"tags", everywhere, [](Settings& s, const Field& f) { s.tags = f.texts(); }},
      {"target", everywhere, read_target},
      {"user", everywhere, [](Settings& s, const Field& f) { s.user = f.parsed(User::parse); }},
      {"workdir", everywhere, [](Settings& s, const Field& f) { s.workdir = f.parsed(parse_inside_path); }},
  };
  return all;
}

std::vector<std::string> key_names(SettingsTable table) {
  std::vector<std::string> names;
  for (const Key& key : keys()) {
    if (table == SettingsTable::package || key.allowed == Allowed::everywhere) names.push_back(key.name);
  }
  return names;
}

void read_key(Settings& settings, std::string_view name, const Field& field, SettingsTable table) {
  const auto key = std::find_if(keys().begin(), keys().end(), [&](const Key& known) { return known.name == name; });
  if (key == keys().end()) throw unknown_key(field, name, key_names(table));
  if (table == SettingsTable::workspace && key->allowed == Allowed::package_only) {
    throw field.error("this key belongs to a package").add_help("move it to `[package.metadata.ocibuild]`");
  }
  key->read(settings, field);
}

}  // namespace

Settings parse_settings(std::string_view json, SettingsTable table) {
  const std::string_view title =
      table == SettingsTable::workspace ? "[workspace.metadata.ocibuild]" : "[package.metadata.ocibuild]";
  Settings settings;
  if (json.empty()) return settings;
  const nlohmann::json document = parse_document(json, title);
  for (const auto& [name, field] : Field{document, title}.members()) {
    if (!field.value().is_null()) read_key(settings, name, field, table);
  }
  return settings;
}

}  // namespace ocibuild
