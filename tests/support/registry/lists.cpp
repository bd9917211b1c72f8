// The lists of a registry, in pages: tags, and what refers to a manifest.
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ocibuild/http/url.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "support/registry/content.hpp"

namespace ocibuild::testing {
namespace {

using Json = nlohmann::ordered_json;

/// How many entries a page has; nothing when the client's `n` is no number.
std::optional<std::size_t> page_size(const Call& call) {
  if (!call.options.pages) return std::numeric_limits<std::size_t>::max();
  const auto asked = call.target.parameters.first("n");
  if (!asked) return call.options.page_size;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(asked->data(), asked->data() + asked->size(), size);
  if (error != std::errc{} || end != asked->data() + asked->size()) return {};
  return std::min(size, call.options.page_size);
}

/// The entry that the page comes after.
std::string first_after(const Call& call) {
  return call.options.pages ? call.target.parameters.first("last").value_or("") : "";
}

void add_next_link(ServerResponse& response, const Call& call, std::size_t size, const std::string& last) {
  const auto filter = call.target.parameters.first("artifactType");
  const std::string more = filter ? "&artifactType=" + percent_encoded(*filter) : "";
  response.headers.add(
      "Link", fmt::format("<{}?n={}&last={}{}>; rel=\"next\"", call.target.path, size, percent_encoded(last), more));
}

ServerResponse refuse_page() {
  return refuse(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested");
}

/// A list without end: the page after `tag-7` starts with `tag-8`.
ServerResponse endless_tags(const Call& call, std::size_t size) {
  const std::string last = call.target.parameters.first("last").value_or("tag-0");
  std::uint64_t number = 0;
  const std::size_t digits = last.find_first_of("0123456789");
  if (digits != std::string::npos) std::from_chars(last.data() + digits, last.data() + last.size(), number);
  Json tags = Json::array();
  for (std::size_t i = 1; i <= size; ++i) tags.push_back(fmt::format("tag-{}", number + i));
  ServerResponse response{.headers = {{"Content-Type", "application/json"}}};
  response.body = Json{{"name", call.route.repository}, {"tags", tags}}.dump();
  add_next_link(response, call, size, fmt::format("tag-{}", number + size));
  return response;
}

Json referrer(const std::string& digest, const StoredManifest& manifest, const Json& document) {
  Json descriptor{{"mediaType", manifest.media_type}, {"digest", digest}, {"size", manifest.body.size()}};
  std::string type = document.value("artifactType", "");
  if (type.empty() && document.contains("config")) type = document["config"].value("mediaType", "");
  if (!type.empty()) descriptor["artifactType"] = type;
  if (document.contains("annotations")) descriptor["annotations"] = document["annotations"];
  return descriptor;
}

/// Everything in the repository whose subject is `subject`, by digest.
std::map<std::string, Json> referrers_of(const Repository& repository, std::string_view subject) {
  std::map<std::string, Json> result;
  for (const auto& [digest, manifest] : repository.manifests) {
    const Json document = Json::parse(manifest.body, nullptr, false);
    const Json of = document.is_object() ? document.value("subject", Json{}) : Json{};
    if (of.is_object() && of.value("digest", "") == subject)
      result.emplace(digest, referrer(digest, manifest, document));
  }
  return result;
}

}  // namespace

ServerResponse answer_tags(const Call& call) {
  if (call.request.method != "GET" || call.route.reference != "list") return refuse(404, "UNSUPPORTED", "no such page");
  const auto size = page_size(call);
  if (!size) return refuse_page();
  if (call.options.endless_tags) return endless_tags(call, *size);
  const Repository* const repository = call.content.repository(call.route.repository);
  if (repository == nullptr) return refuse(404, "NAME_UNKNOWN", "repository name not known to registry");
  const std::string last = first_after(call);
  Json tags = Json::array();
  auto tag = repository->tags.upper_bound(last);
  for (; tag != repository->tags.end() && tags.size() < *size; ++tag) tags.push_back(tag->first);
  ServerResponse response{.headers = {{"Content-Type", "application/json"}}};
  if (tag != repository->tags.end() && !tags.empty()) add_next_link(response, call, *size, tags.back());
  const Json list = tags.empty() && call.options.null_tags ? Json{} : tags;
  response.body = Json{{"name", call.route.repository}, {"tags", list}}.dump();
  return response;
}

ServerResponse answer_referrers(const Call& call) {
  if (!call.options.referrers) return {.status = 404, .body = "404 page not found\n"};
  if (call.request.method != "GET") return refuse(405, "UNSUPPORTED", "The operation is unsupported.");
  const auto size = page_size(call);
  if (!size) return refuse_page();
  const auto filter = call.target.parameters.first("artifactType");
  const std::string last = first_after(call);
  const Repository* const repository = call.content.repository(call.route.repository);
  const auto all =
      repository == nullptr ? std::map<std::string, Json>{} : referrers_of(*repository, call.route.reference);
  ServerResponse response{.headers = {{"Content-Type", std::string{media_type::index}}}};
  if (filter) response.headers.add("OCI-Filters-Applied", "artifactType");
  Json page = Json::array();
  for (auto entry = all.upper_bound(last); entry != all.end(); ++entry) {
    if (filter && entry->second.value("artifactType", "") != *filter) continue;
    if (page.size() == *size) {
      add_next_link(response, call, *size, page.back()["digest"]);
      break;
    }
    page.push_back(entry->second);
  }
  response.body = Json{{"schemaVersion", 2}, {"mediaType", media_type::index}, {"manifests", page}}.dump();
  return response;
}

}  // namespace ocibuild::testing
