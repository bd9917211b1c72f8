// From the variables of GitHub Actions to tags.
#include "ocibuild/build/github_run.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_event = 32 << 20;  // GitHub's own limit for a webhook's payload is 25 MB
constexpr std::size_t longest_tag = 128;

const JsonValue* member(const JsonValue* object, std::string_view name) {
  if (object == nullptr) return nullptr;
  const auto found = std::ranges::find(object->members, name, &JsonMember::name);
  return found == object->members.end() ? nullptr : &found->value;
}

std::string text_of(const JsonValue* value, JsonValue::Kind kind) {
  return value != nullptr && value->kind == kind ? value->text : std::string{};
}

void read_event(GithubRun& run, const std::string& path) {
  const JsonValue event = parse_json(read_file(path, max_event), max_event);
  run.default_branch = text_of(member(member(&event, "repository"), "default_branch"), JsonValue::Kind::string);
  // A run that another one started is of the default branch, but may build what a pull request brought.
  const JsonValue* const cause = member(member(&event, "workflow_run"), "event");
  if (text_of(cause, JsonValue::Kind::string).starts_with("pull_request")) run.ref = "refs/workflow_run";
  if (!run.event.starts_with("pull_request")) return;
  run.pull_request = text_of(member(member(&event, "pull_request"), "number"), JsonValue::Kind::number);
}

/// The part of `text` after `prefix`, when it has that prefix.
std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit) && (text == "0" || !text.starts_with('0'));
}

/// A name as a tag: every run of other characters becomes one `-`. Braces are among them, so that it is a template.
std::string tag_of(std::string_view name) {
  std::string tag;
  for (const char c : name) {
    const bool fits = is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
    if (fits) {
      tag += c;
    } else if (!tag.ends_with('-')) {
      tag += '-';
    }
  }
  tag.erase(0, tag.find_first_not_of(".-"));
  return tag.substr(0, longest_tag);
}

/// A version by semver.org, as far as tags need it.
struct Version {
  std::string_view major, minor, patch;
  bool is_final = true;

  static std::optional<Version> parse(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of("-+"), text.size());
    const std::string_view core = text.substr(0, end);
    const std::size_t first = core.find('.');
    const std::size_t second = first == std::string_view::npos ? first : core.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const Version version{.major = core.substr(0, first),
                          .minor = core.substr(first + 1, second - first - 1),
                          .patch = core.substr(second + 1),
                          .is_final = end == text.size() || text[end] == '+'};
    if (!is_number(version.major) || !is_number(version.minor) || !is_number(version.patch)) return std::nullopt;
    return version;
  }
};

std::string_view without_v(std::string_view name) {
  return name.starts_with('v') ? name.substr(1) : name;
}

// Tags that git's names never give: the head of the default branch, a commit, a pull request, a part of a build, and
// what refers to a digest (distribution-spec v1.1, referrers tag schema).
bool is_reserved(std::string_view tag) {
  constexpr std::array<std::string_view, 4> prefixes{"sha-", "pr-", "shard-", "sha256-"};
  return tag == "latest" ||
         std::ranges::any_of(prefixes, [&](std::string_view prefix) { return tag.starts_with(prefix); });
}

std::vector<std::string> release_tags(std::string_view name) {
  const auto version = Version::parse(without_v(name));
  std::vector<std::string> tags{tag_of(name)};
  if (!version) return is_reserved(tags.front()) ? std::vector<std::string>{} : tags;
  tags.push_back(tag_of(without_v(name)));
  if (!version->is_final) return tags;
  tags.push_back(fmt::format("{}.{}", version->major, version->minor));
  if (version->major != "0") tags.emplace_back(version->major);
  return tags;
}

bool names_version(std::string_view tag) {
  const std::string_view number = without_v(tag);
  const bool is_part = !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_part || Version::parse(number).has_value();
}

std::vector<std::string> branch_tags(std::string_view name, std::string_view default_branch) {
  std::vector<std::string> tags;
  if (std::string tag = tag_of(name); !tag.empty() && !is_reserved(tag) && !names_version(tag))
    tags.push_back(std::move(tag));
  if (!name.empty() && name == default_branch) tags.emplace_back("latest");
  return tags;
}

std::vector<std::string> named_tags(const GithubRun& run) {
  if (!run.pull_request.empty()) return {fmt::format("pr-{}", run.pull_request)};
  if (const auto tag = after(run.ref, "refs/tags/")) return release_tags(*tag);
  if (const auto branch = after(run.ref, "refs/heads/")) return branch_tags(*branch, run.default_branch);
  return {};
}

}  // namespace

GithubRun read_github_run(const StringMap& environment) {
  GithubRun run{.event = value_of(environment, "GITHUB_EVENT_NAME"), .ref = value_of(environment, "GITHUB_REF")};
  if (run.ref.empty()) {
    throw Error{Errc::invalid_argument,
                "--tags-from github: GITHUB_REF is not set, so this is no run of GitHub Actions"}
        .add_help("say tags with --tag");
  }
  if (const std::string path = value_of(environment, "GITHUB_EVENT_PATH"); !path.empty()) {
    with_context(fmt::format("reading the event of GitHub Actions from {}", path), [&] { read_event(run, path); });
  }
  // Scheduled runs are of the default branch, and their event says nothing else.
  const auto branch = after(run.ref, "refs/heads/");
  if (branch && run.event == "schedule" && run.default_branch.empty()) run.default_branch = *branch;
  const auto pull = after(run.ref, "refs/pull/");
  if (pull && run.pull_request.empty()) run.pull_request = pull->substr(0, pull->find('/'));
  // Without this a run for a pull request could take the tags of the branch it goes to (pull_request_target).
  const bool is_pull = pull || run.event.starts_with("pull_request");
  if (is_pull && !is_number(run.pull_request)) {
    throw Error{Errc::invalid_document, fmt::format("the event {} says {} as the number of its pull request",
                                                    quote(run.event), quote(run.pull_request))};
  }
  return run;
}

std::vector<std::string> tags_for(const GithubRun& run) {
  std::vector<std::string> tags;
  for (std::string& tag : named_tags(run)) {
    if (!tag.empty() && std::ranges::find(tags, tag) == tags.end()) tags.push_back(std::move(tag));
  }
  tags.emplace_back("sha-{git.sha}");
  return tags;
}

}  // namespace ocibuild
