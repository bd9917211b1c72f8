// Merging configurations.
#include "build/inherit.hpp"

#include <algorithm>
namespace ocibuild {
namespace {

// What Docker sets; runc adds no PATH to scratch images.
constexpr std::string_view default_path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

template <class Value>
void inherit(Value& own, const Value& base) {
  if (own.empty()) own = base;
}

// What stands before the first `=`.
std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<std::string> merged_env(const std::vector<std::string>& base, const std::vector<std::string>& own) {
  std::vector<std::string> merged = base;
  for (const std::string& variable : own) {
    const auto same = std::ranges::find(merged, name_of(variable), name_of);
    if (same == merged.end()) {
      merged.push_back(variable);
    } else {
      *same = variable;
    }
  }
  return merged;
}

bool has_path(const Config& config) {
  return std::ranges::find(config.config.env, "PATH", name_of) != config.config.env.end();
}

Execution inherited_execution(Execution own, const Execution& base) {
  own.env = merged_env(base.env, own.env);
  own.labels.insert(base.labels.begin(), base.labels.end());
  own.exposed_ports.insert(base.exposed_ports.begin(), base.exposed_ports.end());
  own.volumes.insert(base.volumes.begin(), base.volumes.end());
  own.unknown.insert(base.unknown.begin(), base.unknown.end());
  own.unknown.erase("OnBuild");
  inherit(own.user, base.user);
  inherit(own.working_dir, base.working_dir);
  inherit(own.stop_signal, base.stop_signal);
  if (own.entrypoint.empty()) {
    own.entrypoint = base.entrypoint;
    inherit(own.cmd, base.cmd);
  }
  return own;
}

// One line for each layer (image-spec, config.md): bases that were flattened or made by hand have too few or too many.
std::vector<History> fitting_history(const Config& base) {
  const auto is_full = [](const History& line) { return !line.empty_layer; };
  const std::size_t layers = base.diff_ids.size();
  std::vector<History> history = base.history;
  auto made = static_cast<std::size_t>(std::ranges::count_if(history, is_full));
  if (made > layers) {
    history.clear();
    made = 0;
  }
  for (; made < layers; ++made) history.push_back({.created = base.created, .created_by = "layer of the base"});
  return history;
}

// The labels of the base are about the base, and where they name a base they mean the one below it.
Execution relabelled(const BaseImage& base) {
  Execution execution = base.config.config;
  std::erase_if(execution.labels,
                [](const auto& label) { return label.first.starts_with("org.opencontainers.image.base."); });
  annotate_base(execution.labels, base.name, base.descriptor.digest);
  return execution;
}

}  // namespace

Config inherited_config(const Recipe& recipe) {
  Config config = recipe.config;
  config.diff_ids.clear();
  config.history.clear();
  if (recipe.base) {
    const Config& base = recipe.base->config;
    config.config = inherited_execution(std::move(config.config), relabelled(*recipe.base));
    inherit(config.author, base.author);
    inherit(config.platform.os_version, base.platform.os_version);
    inherit(config.platform.os_features, base.platform.os_features);
    config.diff_ids = base.diff_ids;
    config.history = fitting_history(base);
    config.rootfs_unknown.insert(base.rootfs_unknown.begin(), base.rootfs_unknown.end());
    config.unknown.insert(base.unknown.begin(), base.unknown.end());
  }
  return config;
}

void add_default_path(Recipe& recipe) {
  if (has_path(recipe.config) || (recipe.base && has_path(recipe.base->config))) return;
  std::vector<std::string>& env = recipe.config.config.env;
  env.insert(env.begin(), std::string{default_path});
}

std::string user_for(const std::optional<User>& said, const BaseImage* base) {
  if (said) return said->string();
  const std::string_view inherited = base == nullptr ? std::string_view{} : base->config.config.user;
  const std::string_view name = inherited.substr(0, inherited.find(':'));
  const bool is_root = name.empty() || name == "root" || name.find_first_not_of('0') == std::string_view::npos;
  return is_root ? User{}.string() : std::string{};
}

}  // namespace ocibuild
