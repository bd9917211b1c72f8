// The settings of one component from every origin, and which of them wins.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "build/component.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {

using SettingMap = std::map<std::string, Setting<std::string>>;

/// Weakest first. What it was made from lives longer.
class Origins {
 public:
  Origins(const Candidate& candidate, const Surroundings& around)
      : all_{{Origin::workspace, &around.workspace_settings},
             {Origin::package, &candidate.settings},
             {Origin::environment, &around.environment},
             {Origin::command_line, &around.command_line}} {}

  /// The value of the strongest origin that says one.
  template <class Value>
  Setting<Value> choose(Value built_in, std::optional<Value> Settings::*member) const {
    Setting<Value> setting{.value = std::move(built_in), .origin = Origin::built_in};
    for (const auto& [origin, settings] : all_) setting.override_with(settings->*member, origin);
    return setting;
  }

  /// Joins maps key by key.
  void join(SettingMap& into, StringMap Settings::*member) const {
    for (const auto& [origin, settings] : all_) {
      for (const auto& [key, value] : settings->*member) into[key] = {.value = value, .origin = origin};
    }
  }

 private:
  std::vector<std::pair<Origin, const Settings*>> all_;
};

/// The result of `body`, which is about a value from there. What Cargo.toml says is a document: Error{invalid_argument}
/// about it becomes {invalid_document}.
template <class Body>
decltype(auto) with_origin(Origin origin, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Error& error) {
    if (origin > Origin::package || error.code() != Errc::invalid_argument) throw;
    Error refused{Errc::invalid_document, error.what()};
    for (const std::string& note : error.notes()) refused.add_note(note);
    for (const std::string& help : error.help()) refused.add_help(help);
    throw std::move(refused);
  }
}

/// `registry/name` of a component's image, without tag and digest; without a registry the bare name. The origin is that
/// of the name. Throws Error{invalid_document, invalid_argument}.
Setting<std::string> image_name(const Candidate& candidate, const Origins& origins);

/// The platforms of a component, in the order os, architecture, variant. Throws Error{invalid_argument} when there are
/// none.
Setting<std::vector<Platform>> ordered_platforms(const Origins& origins);

/// The place that a setting `base` names; nothing for `scratch`. A registry reference is made complete; a relative path
/// counts from the directory of the Cargo.toml that says it and stays inside the workspace. Throws
/// Error{invalid_document, invalid_argument, not_found}.
std::optional<Place> base_place(const Setting<std::string>& base, const Candidate& candidate,
                                const Surroundings& around);

}  // namespace ocibuild
