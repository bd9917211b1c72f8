// The referrers API and its fallback tag (distribution-spec v1.1, listing referrers).
#include "registry/referrers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "registry/manifests.hpp"

namespace ocibuild {
namespace {

constexpr int max_pages = 100;
constexpr int max_entries = 5;  // attempts to enter one referrer against others who do the same
constexpr std::string_view nobody = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// A page of the API, and where the next one is.
struct Page {
  std::vector<Descriptor> entries;
  std::optional<Url> next;
};

RegistryRequest question(const Repository& repository, const Url& url) {
  return {.method = "GET",
          .url = url,
          .headers = {{"Accept", std::string{media_type::index}}},
          .body = {},
          .scopes = repository.scopes(),
          .redirects = Redirects::own_origin};  // GHCR has been seen to lead to a web page (artifacthub/hub#4785)
}

bool is_list(const Answer& answer) {
  const std::string type = answer.response.headers.first("Content-Type").value_or("");
  return answer.status() == 200 && type.starts_with(media_type::index);
}

/// Nothing when this is no such list.
std::optional<Page> read_page(Exchange& exchange, const Repository& repository, const Url& url) {
  return exchange.retry().run(repository.host.registry.name, [&]() -> std::optional<Page> {
    const RegistryRequest request = question(repository, url);
    Answer answer = exchange.send(repository.host, request);
    if (!is_list(answer)) return {};
    const std::string document = exchange.read(request, answer, max_manifest_size);
    try {
      Page page{parse_index(document).manifests, next_page_of(answer)};
      if (!page.next || page.next->origin() == repository.host.registry.origin) return page;
      throw Error{Errc::unavailable, "the list of referrers goes on at another host"}.add_note(page.next->redacted());
    } catch (Error& error) {
      error.add_note(exchange.asked(request, answer.url));
      throw exchange.without_secrets(error);
    }
  });
}

std::optional<std::vector<Descriptor>> list_by_api(Exchange& exchange, const Repository& repository,
                                                   const Digest& subject) {
  std::vector<Descriptor> all;
  std::optional<Url> next = repository.url("referrers/" + subject.string());
  for (int count = 0; next; ++count) {
    if (count == max_pages) throw Error{Errc::unavailable, "the list of referrers does not end"};
    auto page = read_page(exchange, repository, *next);
    if (!page && count == 0) return {};
    if (!page) throw Error{Errc::unavailable, "a page of the list of referrers is missing"};
    std::ranges::move(page->entries, std::back_inserter(all));
    next = std::move(page->next);
  }
  return all;
}

Index read_fallback(Exchange& exchange, const Repository& repository, const Digest& subject) {
  const auto document = read_manifest(exchange, repository, fallback_tag(subject));
  try {
    return document ? parse_index(document->bytes, document->descriptor.media_type) : Index{};
  } catch (const Error& error) {
    throw exchange.without_secrets(error);
  }
}

bool lists(const Index& index, const Digest& digest) {
  return std::ranges::any_of(index.manifests, [&](const Descriptor& entry) { return entry.digest == digest; });
}

}  // namespace

std::string fallback_tag(const Digest& subject) {
  return fmt::format("{}-{}", subject.algorithm(), subject.encoded()).substr(0, 128);
}

bool has_referrers_api(Exchange& exchange, const Repository& repository) {
  return is_list(exchange.send_patiently(repository.host,
                                         question(repository, repository.url(fmt::format("referrers/{}", nobody)))));
}

void enter_referrer(Exchange& exchange, const Repository& repository, const Digest& subject,
                    const Descriptor& referrer) {
  const std::lock_guard lock{repository.host.referrers};
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

std::vector<Descriptor> list_referrers(RegistryClient& client, const std::string& registry, const std::string& name,
                                       const Digest& subject, std::string_view artifact_type) {
  Exchange& exchange = client.exchange();
  const Repository repository{exchange.host(registry), name};
  auto all = list_by_api(exchange, repository, subject);
  if (!all) all = read_fallback(exchange, repository, subject).manifests;
  if (!artifact_type.empty())
    std::erase_if(*all, [&](const Descriptor& entry) { return entry.artifact_type != artifact_type; });
  return std::move(*all);
}

}  // namespace ocibuild
