// The referrers API and its fallback tag (distribution-spec v1.1, listing referrers).
#include "registry/referrers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/link.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "registry/manifests.hpp"

namespace ocibuild {
namespace {

constexpr int max_pages = 100;
constexpr int max_entries = 5;  // attempts to enter one referrer against others who do the same
constexpr std::string_view nobody = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// One page of the API; nothing when this is no such list. A redirect to somewhere else is none: GHCR has been seen to
/// lead to a web page.
std::optional<Answer> ask_page(Exchange& exchange, const Repository& repository, const Url& url) {
  const RegistryRequest request{.method = "GET",
                                .url = url,
                                .headers = {{"Accept", std::string{media_type::index}}},
                                .body = {},
                                .scopes = repository.scopes()};
  Answer answer = exchange.send_patiently(repository.host, request);
  const std::string type = answer.response.headers.first("Content-Type").value_or("");
  if (answer.status() != 200 || !type.starts_with(media_type::index)) return {};
  if (answer.url.origin() != repository.host.registry.origin) return {};
  return answer;
}

std::optional<std::vector<Descriptor>> list_by_api(Exchange& exchange, const Repository& repository, const Digest& subject) {
  std::vector<Descriptor> all;
  std::optional<Url> next = repository.url("referrers/" + subject.string());
  for (int page = 0; next; ++page) {
    if (page == max_pages) throw Error{Errc::unavailable, "the list of referrers does not end"};
    auto answer = ask_page(exchange, repository, *next);
    if (!answer && page == 0) return {};
    if (!answer) throw Error{Errc::unavailable, "a page of the list of referrers is missing"};
    Index index = parse_index(read_all(*answer->response.body, max_manifest_size));
    std::ranges::move(index.manifests, std::back_inserter(all));
    const auto link = next_link(answer->response.headers.first("Link").value_or(""));
    next = link ? std::optional{answer->url.resolve(*link)} : std::nullopt;
    if (next && next->origin() != repository.host.registry.origin) {
      throw Error{Errc::unavailable, "the list of referrers goes on at another host"};
    }
  }
  return all;
}

Index read_fallback(Exchange& exchange, const Repository& repository, const Digest& subject) {
  const auto document = read_manifest(exchange, repository, fallback_tag(subject));
  return document ? parse_index(document->bytes, document->descriptor.media_type) : Index{};
}

bool lists(const Index& index, const Digest& digest) {
  return std::ranges::any_of(index.manifests, [&](const Descriptor& entry) { return entry.digest == digest; });
}

}  // namespace

std::string fallback_tag(const Digest& subject) {
  return fmt::format("{}-{}", subject.algorithm(), subject.encoded()).substr(0, 128);
}

bool has_referrers_api(Exchange& exchange, const Repository& repository) {
  return ask_page(exchange, repository, repository.url(fmt::format("referrers/{}", nobody))).has_value();
}

void enter_referrer(Exchange& exchange, const Repository& repository, const Digest& subject, const Descriptor& referrer) {
  for (int attempt = 0; attempt < max_entries; ++attempt) {
    Index index = read_fallback(exchange, repository, subject);
    if (lists(index, referrer.digest)) return;
    index.manifests.push_back(referrer);
    const std::string bytes = serialize(index);
    put_manifest(exchange, repository, describe(index), bytes, fallback_tag(subject));
  }
  if (lists(read_fallback(exchange, repository, subject), referrer.digest)) return;
  throw Error{Errc::unavailable, fmt::format("{} is entered by others all the time", fallback_tag(subject))};
}

std::vector<Descriptor> list_referrers(RegistryClient& client, const std::string& registry,
                                       const std::string& name, const Digest& subject,
                                       std::string_view artifact_type) {
  Exchange& exchange = client.exchange();
  const Repository repository{exchange.host(registry), name};
  auto all = list_by_api(exchange, repository, subject);
  if (!all) all = read_fallback(exchange, repository, subject).manifests;
  if (!artifact_type.empty()) std::erase_if(*all, [&](const Descriptor& entry) { return entry.artifact_type != artifact_type; });
  return std::move(*all);
}

}  // namespace ocibuild
