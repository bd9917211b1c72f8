// Joining the origins of one component.
#include "build/component.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "build/features.hpp"
#include "build/origins.hpp"
#include "build/setting_values.hpp"
#include "build/timestamp.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/build/files.hpp"
#include "ocibuild/build/tags.hpp"
#include "ocibuild/spec/reference.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

// What a placeholder would say, if there is anything to say.
StringMap placeholders(const Candidate& candidate, const Surroundings& around) {
  StringMap values{{"component", candidate.component},
                   {"version", candidate.package->version},
                   {"date", compact_date(around.created)}};
  const Revision revision = around.revision.value_or(Revision{});
  values.insert({{"git.sha", revision.commit},
                 {"git.short", revision.commit.substr(0, 7)},
                 {"git.branch", revision.branch},
                 {"git.tag", revision.tag}});
  return values;
}

std::string fill_tag(const std::string& text, const StringMap& values) {
  for (const auto& [name, value] : values) {
    if (!value.empty() || text.find(fmt::format("{{{}}}", name)) == std::string::npos) continue;
    throw Error{Errc::invalid_document, fmt::format("tag `{}`: there is no {} here", text, name)}
        .add_note("git.sha and git.short need a commit, git.branch a branch that is checked out, git.tag a tag on it")
        .add_help("commit first, or name other tags with `--tag`");
  }
  const std::string tag = fill_template(text, values);
  if (is_tag(tag)) return tag;
  throw Error{Errc::invalid_document, fmt::format("tag `{}` is `{}`, which no registry takes", text, tag)}.add_note(
      "a tag has up to 128 letters, digits, `_`, `.` and `-`, and begins with a letter, digit or `_`");
}

Setting<std::vector<std::string>> filled_tags(const Candidate& candidate, const Surroundings& around,
                                              const Origins& origins) {
  Setting<std::vector<std::string>> tags = origins.choose<std::vector<std::string>>({"latest"}, &Settings::tags);
  if (tags.value.empty()) throw Error{Errc::invalid_document, "the list of tags is empty"};
  const StringMap values = placeholders(candidate, around);
  std::vector<std::string> filled;
  for (const std::string& text : tags.value) {
    std::string tag = fill_tag(text, values);
    if (std::find(filled.begin(), filled.end(), tag) == filled.end()) filled.push_back(std::move(tag));
  }
  tags.value = std::move(filled);
  return tags;
}

// image-spec v1.1.1, annotations.md: what the package and git can say.
SettingMap predefined(const Candidate& candidate, const Surroundings& around) {
  const Package& package = *candidate.package;
  const Revision revision = around.revision.value_or(Revision{});
  SettingMap result;
  const auto say = [&](std::string_view key, const std::string& value, Origin origin) {
    if (!value.empty()) result[fmt::format("org.opencontainers.image.{}", key)] = {.value = value, .origin = origin};
  };
  say("title", candidate.component, Origin::built_in);
  say("description", package.description, Origin::package);
  say("version", package.version, Origin::package);
  say("licenses", package.license, Origin::package);
  say("url", package.homepage, Origin::package);
  say("source", revision.source_url, Origin::built_in);
  say("source", package.repository, Origin::package);
  say("revision", revision.commit, Origin::built_in);
  say("created", rfc3339(around.created), Origin::built_in);
  return result;
}

Setting<std::optional<std::filesystem::path>> certificates(const Candidate& candidate, const Surroundings& around,
                                                           const Origins& origins) {
  const Setting<std::string> said = origins.choose<std::string>("", &Settings::ca_certificates);
  if (said.value.empty()) return {};
  if (said.origin > Origin::package) return {.value = said.value, .origin = said.origin};
  const FileRoots roots = said.origin == Origin::workspace
                              ? FileRoots{.directory = around.workspace.root, .border = around.workspace.root}
                              : file_roots(*candidate.package, around.workspace);
  return {.value = with_context("ca-certificates", [&] { return resolve_source(said.value, roots); }),
          .origin = said.origin};
}

template <class Value>
Setting<std::optional<Value>> limit(const Origins& origins, std::optional<Value> Settings::*member) {
  const Setting<Value> said = origins.choose<Value>({}, member);
  if (said.origin == Origin::built_in) return {};
  return {.value = said.value, .origin = said.origin};
}

void check_values(const ComponentPlan& plan) {
  for (const std::string& port : plan.expose.value) parse_port(port);
  for (const auto& [name, value] : plan.env) expect_variable_name(name);
  if (!plan.workdir.value.empty()) parse_inside_path(plan.workdir.value);
}

}  // namespace

Setting<std::string> image_name(const Candidate& candidate, const Origins& origins) {
  const Setting<std::string> registry = origins.choose<std::string>("", &Settings::registry);
  Setting<std::string> name = origins.choose<std::string>("{component}", &Settings::name);
  name.value = fill_template(name.value, {{"component", candidate.component}});
  if (!registry.value.empty()) {
    const std::string_view host = std::string_view{registry.value}.substr(0, registry.value.find_last_not_of('/') + 1);
    name.value = fmt::format("{}/{}", host, name.value);
    name.origin = std::max(name.origin, registry.origin);
  }
  // GitHub's names have upper case, the names of its packages do not, and a workflow knows the former.
  if (name.value.starts_with("ghcr.io/")) name.value = to_lower(name.value);
  const Reference reference = with_context(
      "image name", [&] { return with_origin(name.origin, [&] { return Reference::parse(name.value); }); });
  if (!reference.tag.empty() || reference.digest) {
    throw Error{Errc::invalid_document, fmt::format("image name `{}` has a tag or digest of its own", name.value)}
        .add_help("say tags with `tags` or `--tag`");
  }
  return name;
}

Setting<std::vector<Platform>> ordered_platforms(const Origins& origins) {
  const std::vector<Platform> both{Platform::parse("linux/amd64"), Platform::parse("linux/arm64")};
  Setting<std::vector<Platform>> setting = origins.choose(both, &Settings::platforms);
  const auto order = [](const Platform& p) { return std::tie(p.os, p.architecture, p.variant); };
  std::vector<Platform>& list = setting.value;
  std::sort(list.begin(), list.end(), [&](const auto& a, const auto& b) { return order(a) < order(b); });
  list.erase(std::unique(list.begin(), list.end()), list.end());
  if (list.empty()) throw Error{Errc::invalid_argument, "the list of platforms is empty"};
  return setting;
}

ComponentPlan plan_component(const Candidate& candidate, const Surroundings& around) {
  const Origins origins{candidate, around};
  using Texts = std::vector<std::string>;
  ComponentPlan plan{.name = candidate.component,
                     .package = candidate.package->name,
                     .binary = candidate.binary->name,
                     .image = image_name(candidate, origins),
                     .registry = origins.choose<std::string>("", &Settings::registry),
                     .tags = filled_tags(candidate, around, origins),
                     .platform_setting = ordered_platforms(origins),
                     .base = origins.choose<std::string>("scratch", &Settings::base),
                     .profile = origins.choose<std::string>("release", &Settings::profile),
                     .compression = origins.choose(Compression::gzip, &Settings::compression),
                     .user = origins.choose(User{}, &Settings::user),
                     .features = origins.choose(Texts{}, &Settings::features),
                     .expose = origins.choose(Texts{}, &Settings::expose),
                     .cmd = origins.choose(Texts{}, &Settings::cmd),
                     .workdir = origins.choose<std::string>("", &Settings::workdir),
                     .budget = {.image_size = limit(origins, &Settings::image_size),
                                .image_growth = limit(origins, &Settings::image_growth),
                                .build_time = limit(origins, &Settings::build_time)},
                     .ca_certificates = certificates(candidate, around, origins),
                     .labels = predefined(candidate, around),
                     .annotations = predefined(candidate, around),
                     .files = candidate.settings.files};
  plan.features.value = qualify_features(*candidate.package, plan.features);
  origins.join(plan.env, &Settings::env);
  origins.join(plan.labels, &Settings::labels);
  origins.join(plan.annotations, &Settings::annotations);
  check_values(plan);
  plan.base_place = base_place(plan.base, candidate, around);
  for (const Platform& platform : plan.platform_setting.value) plan.platforms.push_back({.platform = platform});
  return plan;
}

std::optional<Setting<std::string>> configured_target(const Candidate& candidate, const Surroundings& around,
                                                      const Platform& platform) {
  std::map<std::string, Setting<std::string>> targets;
  Origins{candidate, around}.join(targets, &Settings::target);
  const auto found = targets.find(platform.string());
  if (found == targets.end()) return std::nullopt;
  return found->second;
}

}  // namespace ocibuild
