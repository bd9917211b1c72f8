// Finding things in a registry, and the paths that name them.
#include "support/registry/content.hpp"

#include <array>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/digest.hpp"

namespace ocibuild::testing {

const Repository* Content::repository(std::string_view name) const {
  const auto found = repositories.find(name);
  return found == repositories.end() ? nullptr : &found->second;
}

const std::string* Content::blob(std::string_view name, std::string_view digest) const {
  const Repository* const in = repository(name);
  if (in == nullptr) return nullptr;
  const auto found = in->blobs.find(digest);
  return found == in->blobs.end() ? nullptr : &found->second;
}

const StoredManifest* Content::manifest(std::string_view name, std::string_view reference, std::string& digest) const {
  const Repository* const in = repository(name);
  if (in == nullptr) return nullptr;
  const auto tag = in->tags.find(reference);
  digest = tag == in->tags.end() ? std::string{reference} : tag->second;
  const auto found = in->manifests.find(digest);
  return found == in->manifests.end() ? nullptr : &found->second;
}

std::optional<Route> parse_route(std::string_view path) {
  constexpr std::string_view root = "/v2/";
  if (!path.starts_with(root)) return {};
  path.remove_prefix(root.size());
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view front = path.substr(0, slash);
  // The longer kinds first: a repository may itself end in `/blobs`.
  constexpr std::array<std::string_view, 6> kinds{"blobs/uploads", "blobs/upload", "blobs",
                                                  "manifests",     "tags",         "referrers"};
  for (const std::string_view kind : kinds) {
    if (front.size() <= kind.size() + 1 || !front.ends_with(kind)) continue;
    const std::size_t end = front.size() - kind.size() - 1;
    if (front[end] != '/') continue;
    return Route{std::string{front.substr(0, end)}, std::string{kind}, std::string{path.substr(slash + 1)}};
  }
  return {};
}

bool is_digest(std::string_view text) {
  try {
    Digest::parse(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool names(std::string_view digest, std::string_view content) {
  try {
    const Digest expected = Digest::parse(digest);
    Hasher hasher{expected.algorithm()};
    hasher.update(as_bytes(content));
    return hasher.finish() == expected;
  } catch (const Error&) {
    return false;
  }
}

void add_digest_header(ServerResponse& response, const RegistryOptions& options, std::string_view digest) {
  switch (options.digest_header) {
    case DigestHeader::right: response.headers.add("Docker-Content-Digest", std::string{digest}); break;
    case DigestHeader::absent: break;
    case DigestHeader::wrong:
      response.headers.add("Docker-Content-Digest", Digest::of("something else").string());
      break;
    case DigestHeader::malformed: response.headers.add("Docker-Content-Digest", "sha256:../../etc/passwd"); break;
  }
}

}  // namespace ocibuild::testing
