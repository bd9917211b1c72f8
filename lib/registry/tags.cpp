// Listing tags, page by page (distribution-spec v1.1, listing tags).
#include <set>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/upload.hpp"
#include "spec/json_object.hpp"

namespace ocibuild {
namespace {

constexpr int max_pages = 1000;
constexpr std::size_t max_page_size = 4 << 20;
constexpr std::size_t max_tags = 1 << 20;

/// A list that is read page by page.
class TagList {
 public:
  TagList(Exchange& exchange, const Repository& repository) : exchange_{exchange}, repository_{repository} {}

  std::vector<std::string> read() {
    std::optional<Url> next = repository_.url("tags/list");
    for (int page = 0; next; ++page) {
      if (page == max_pages || tags_.size() > max_tags) throw Error{Errc::unavailable, "the list of tags does not end"};
      next = read_page(*next);
    }
    return std::move(tags_);
  }

 private:
  /// Returns where the next page is.
  std::optional<Url> read_page(const Url& url) {
    const RegistryRequest request{
        .method = "GET", .url = url, .headers = {}, .body = {}, .scopes = pull_from(repository_.name)};
    return exchange_.retry().run(repository_.host.registry.name, [&] {
      Answer answer = exchange_.send(repository_.host, request);
      if (answer.status() != 200) exchange_.fail(repository_.host, request, answer);
      const std::string document = exchange_.read(request, answer, max_page_size);
      try {
        take(document);
        return next_page(answer);
      } catch (Error& error) {
        error.add_note(exchange_.asked(request, answer.url));
        throw exchange_.without_secrets(error);
      }
    });
  }

  /// `tags` may be null, as GHCR has it behind the last page.
  void take(const std::string& document) {
    const JsonValue parsed = parse_json(document, max_page_size);
    JsonObject page{parsed, ""};
    for (std::string& tag : page.optional_strings("tags")) {
      if (is_tag(tag)) tags_.push_back(std::move(tag));  // anything else cannot be asked for
    }
  }

  std::optional<Url> next_page(const Answer& answer) {
    const auto url = next_page_of(answer);
    if (!url) return {};
    if (url->origin() != repository_.host.registry.origin) {
      throw Error{Errc::unavailable, "the list of tags goes on at another host"}.add_note(url->redacted());
    }
    if (!seen_.insert(url->string()).second) {
      throw Error{Errc::unavailable, "the list of tags leads back to a page before"};
    }
    return url;
  }

  Exchange& exchange_;
  const Repository& repository_;
  std::vector<std::string> tags_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<std::string> list_tags(RegistryClient& client, const std::string& registry, const std::string& name) {
  const Repository repository{client.exchange().host(registry), name};
  return TagList{client.exchange(), repository}.read();
}

}  // namespace ocibuild
