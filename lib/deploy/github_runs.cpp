// docs.github.com, REST API: "Workflow runs" and "Artifacts". Lists are newest first.
#include "deploy/github_runs.hpp"

#include <fmt/format.h>

#include "spec/json_object.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr int max_pages = 10;  // of 100 entries; GitHub gives no more for a filtered list

std::string full_name(JsonObject& object, std::string_view member) {
  const JsonValue* value = object.find(member);
  if (value == nullptr || value->kind == JsonValue::Kind::null) return {};
  JsonObject repository{*value, object.path(member)};
  return repository.string("full_name");
}

ListedRun parse_run(const JsonValue& value, const std::string& path, const GithubApi& api) {
  JsonObject object{value, path};
  const auto text = [&](std::string_view name) { return api.shown(object.optional_string(name)); };
  return {.run = {.id = object.size("id"),
                  .url = text("html_url"),
                  .created_at = text("created_at"),
                  .commit = text("head_sha"),
                  .event = text("event"),
                  .conclusion = text("conclusion")},
          .branch = object.optional_string("head_branch"),
          .repository = full_name(object, "repository"),
          .head_repository = full_name(object, "head_repository")};
}

Artifact parse_artifact(JsonObject& object) {
  return {.id = object.size("id"),
          .size = object.size("size_in_bytes"),
          .expires_at = object.optional_string("expires_at"),
          .digest = object.optional_string("digest"),
          .expired = object.optional_boolean("expired")};
}

/// Reads a list page by page until `take` has what it wants: then it returns false.
template <class Take>
void read_list(GithubApi& api, Url url, std::string_view member, Take take) {
  std::optional<Url> next = std::move(url);
  for (int page = 0; next && page < max_pages; ++page) {
    const GithubPage answer = api.read_page(*next);
    JsonObject object{answer.document, ""};
    bool wanted = true;
    object.array(member, [&](const JsonValue& item, const std::string& path) {
      if (wanted) wanted = take(item, path);
    });
    if (!wanted) return;
    next = answer.next;
  }
}

std::string actions_path(const DigestsQuery& query) {
  return fmt::format("/repos/{}/actions", query.repository);
}

}  // namespace

bool ListedRun::is_trusted() const {
  const bool is_pull_request = run.event == "pull_request" || run.event == "pull_request_target";
  return !is_pull_request && !head_repository.empty() && to_lower(head_repository) == to_lower(repository);
}

std::optional<ListedRun> newest_run(GithubApi& api, const DigestsQuery& query) {
  const Url url = api.url(fmt::format("{}/workflows/{}/runs", actions_path(query), percent_encoded(query.workflow)))
                      .with_query("branch", query.branch)
                      .with_query("status", "success")
                      .with_query("exclude_pull_requests", "true")
                      .with_query("per_page", "100");
  std::optional<ListedRun> found;
  read_list(api, url, "workflow_runs", [&](const JsonValue& item, const std::string& path) {
    ListedRun listed = parse_run(item, path, api);
    if (listed.repository.empty()) listed.repository = query.repository;
    const bool counts = listed.is_trusted() && listed.branch == query.branch && listed.run.conclusion == "success";
    if (counts) found = std::move(listed);
    return !counts;
  });
  return found;
}

ListedRun run_of_id(GithubApi& api, const DigestsQuery& query, std::uint64_t id) {
  const GithubPage page = api.read_page(api.url(fmt::format("{}/runs/{}", actions_path(query), id)));
  ListedRun listed = parse_run(page.document, "", api);
  if (listed.repository.empty()) listed.repository = query.repository;
  return listed;
}

std::optional<Artifact> find_artifact(GithubApi& api, const DigestsQuery& query, std::uint64_t run) {
  const Url url = api.url(fmt::format("{}/runs/{}/artifacts", actions_path(query), run))
                      .with_query("name", query.artifact)
                      .with_query("per_page", "100");
  std::optional<Artifact> newest;
  read_list(api, url, "artifacts", [&](const JsonValue& item, const std::string& path) {
    JsonObject object{item, path};
    if (object.string("name") != query.artifact) return true;  // servers that do not know the parameter give all
    Artifact artifact = parse_artifact(object);
    if (!newest || artifact.id > newest->id) newest = std::move(artifact);
    return true;
  });
  return newest;
}

Url zip_url(const GithubApi& api, const DigestsQuery& query, const Artifact& artifact) {
  return api.url(fmt::format("{}/artifacts/{}/zip", actions_path(query), artifact.id));
}

}  // namespace ocibuild
