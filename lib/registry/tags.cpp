// Listing tags, page by page (distribution-spec v1.1, listing tags).
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/link.hpp"
#include "registry/upload.hpp"
#include "spec/json_object.hpp"

namespace ocibuild {
namespace {

constexpr int max_pages = 1000;
constexpr std::size_t max_page_size = 4 << 20;
constexpr std::size_t max_tags = 1 << 20;

/// `tags` may be null, as GHCR has it behind the last page.
void take_page(const std::string& document, std::vector<std::string>& tags) {
  const JsonValue parsed = parse_json(document, max_page_size);
  JsonObject page{parsed, ""};
  for (std::string& tag : page.optional_strings("tags")) {
    if (is_tag(tag)) tags.push_back(std::move(tag));  // anything else cannot be asked for
  }
}

std::optional<Url> next_page(const Answer& answer, const HttpOrigin& origin, std::set<std::string>& seen) {
  const auto link = next_link(answer.response.headers.first("Link").value_or(""));
  if (!link) return {};
  const Url url = answer.url.resolve(*link);
  if (url.origin() != origin) throw Error{Errc::unavailable, "the list of tags goes on at another host"}.add_note(url.redacted());
  if (!seen.insert(url.string()).second) throw Error{Errc::unavailable, "the list of tags leads back to a page before"};
  return url;
}

}  // namespace

std::vector<std::string> list_tags(RegistryClient& client, const std::string& registry, const std::string& name) {
  Exchange& exchange = client.exchange();
  const Repository repository{exchange.host(registry), name};
  std::vector<std::string> tags;
  std::set<std::string> seen;
  std::optional<Url> next = repository.url("tags/list");
  for (int page = 0; next; ++page) {
    if (page == max_pages || tags.size() > max_tags) throw Error{Errc::unavailable, "the list of tags does not end"};
    const RegistryRequest request{
        .method = "GET", .url = *next, .headers = {}, .body = {}, .scopes = pull_from(repository.name)};
    next = exchange.retry().run(registry, [&] {
      Answer answer = exchange.send(repository.host, request);
      if (answer.status() != 200) exchange.fail(repository.host, request, answer);
      take_page(exchange.read(request, answer, max_page_size), tags);
      return next_page(answer, repository.host.registry.origin, seen);
    });
  }
  return tags;
}

}  // namespace ocibuild
