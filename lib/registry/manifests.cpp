// HEAD, GET and PUT of manifests (distribution-spec v1.1, pulling and pushing manifests).
#include "registry/manifests.hpp"

#include <charconv>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

// One field with all types: registries answer 404 for a type that is not named, and some read only the first field.
constexpr std::string_view accepted =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

RegistryRequest question(const Repository& repository, const std::string& method, const std::string& name) {
  return {.method = method,
          .url = repository.url("manifests/" + name),
          .headers = {{"Accept", std::string{accepted}}},
          .body = {},
          .scopes = repository.scopes()};
}

/// Without its parameters.
std::string content_type(const Headers& headers) {
  const std::string value = headers.first("Content-Type").value_or("");
  const std::string type = to_lower(value.substr(0, value.find(';')));
  return type.substr(0, type.find_last_not_of(" \t") + 1);
}

std::optional<Digest> named_digest(const Headers& headers) {
  const auto field = headers.first("Docker-Content-Digest");
  if (!field) return {};
  try {
    return Digest::parse(*field);
  } catch (const Error&) {
    return {};
  }
}

/// What the head of an answer says, when it says everything.
std::optional<Descriptor> described(const Headers& headers) {
  const auto digest = named_digest(headers);
  const std::string type = content_type(headers);
  const std::string length = headers.first("Content-Length").value_or("");
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), size);
  if (!digest || failure != std::errc{} || end != length.data() + length.size() || size == 0) return {};
  if (node_kind(type) == NodeKind::blob) return {};
  return Descriptor{.media_type = type, .digest = *digest, .size = size};
}

std::string read_document(Exchange& exchange, Host& host, const RegistryRequest& request, Answer& answer) {
  if (answer.status() != 200) exchange.fail(host, request, answer);
  return exchange.read(request, answer, max_manifest_size);
}

void require_digest(const Digest& expected, std::string_view bytes, std::string_view name) {
  Hasher hasher{expected.algorithm()};
  hasher.update(as_bytes(bytes));
  const Digest found = hasher.finish();
  if (found == expected) return;
  throw Error{Errc::digest_mismatch,
              fmt::format("asked for {}, found {}, expected {}", name, found.string(), expected.string())};
}

/// A web page that a proxy puts in place of everything is no manifest.
void require_document(const Exchange& exchange, const Answer& answer, const std::string& name) {
  const std::string type = content_type(answer.response.headers);
  if (node_kind(type) != NodeKind::blob) return;
  throw exchange.without_secrets(
      {Errc::invalid_document,
       fmt::format("{}: found Content-Type {}, expected that of a manifest or an index", name, quote(type))});
}

bool is_same(const std::optional<Descriptor>& found, const Descriptor& wanted) {
  return found && found->digest == wanted.digest && found->size == wanted.size;
}

bool is_missing_child(const Failure& failure) {
  return (failure.status == 400 || failure.status == 404) &&
         (failure.says("MANIFEST_BLOB_UNKNOWN") || failure.says("BLOB_UNKNOWN") || failure.says("unknown blob") ||
          failure.says("blob unknown"));
}

/// Who may write can set a tag anew that answers 500 for ever; see find_replaced.
void add_tag_help(TransientError& error, const Repository& repository, const std::string& name) {
  const bool may_be_set = repository.access == Access::write && name.find(':') == std::string::npos;
  if (error.cause() != TransientCause::internal_error || !may_be_set) return;
  error.add_help(fmt::format("if the registry goes on saying so, --force-tag sets the tag {} anew", name));
}

std::optional<Descriptor> ask_for_manifest(Exchange& exchange, const Repository& repository, const std::string& name) {
  const RegistryRequest request = question(repository, "HEAD", name);
  Answer answer = [&] {
    try {
      return exchange.send(repository.host, request);
    } catch (TransientError& error) {
      add_tag_help(error, repository, name);
      throw;
    }
  }();
  if (answer.status() == 200) {
    if (auto descriptor = described(answer.response.headers)) return descriptor;
  }
  if (answer.status() == 404) return {};
  // A bodyless refusal does not say why, and some registries do not know HEAD here.
  auto document = read_manifest(exchange, repository, name);
  if (!document) return {};
  return std::move(document->descriptor);
}

}  // namespace

std::optional<Descriptor> find_manifest(Exchange& exchange, const Repository& repository, const std::string& name) {
  return exchange.retry().run(repository.host.registry.name,
                              [&] { return ask_for_manifest(exchange, repository, name); });
}

std::optional<Descriptor> find_replaced(Exchange& exchange, const Repository& repository, const std::string& tag) {
  std::optional<Descriptor> found;
  exchange.is_there(repository.host, [&] {
    found = ask_for_manifest(exchange, repository, tag);
    return found.has_value();
  });
  return found;
}

bool has_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest) {
  return is_same(find_manifest(exchange, repository, manifest.digest.string()), manifest);
}

bool is_manifest_there(Exchange& exchange, const Repository& repository, const Descriptor& manifest) {
  return exchange.is_there(repository.host, [&] {
    return is_same(ask_for_manifest(exchange, repository, manifest.digest.string()), manifest);
  });
}

std::optional<NamedDocument> read_manifest(Exchange& exchange, const Repository& repository, const std::string& name) {
  return exchange.retry().run(repository.host.registry.name, [&]() -> std::optional<NamedDocument> {
    const RegistryRequest request = question(repository, "GET", name);
    Answer answer = exchange.send(repository.host, request);
    if (answer.status() == 404) return {};
    if (answer.status() == 200) require_document(exchange, answer, name);
    NamedDocument document{.descriptor = describe("", ""),
                           .bytes = read_document(exchange, repository.host, request, answer)};
    document.descriptor = describe(content_type(answer.response.headers), document.bytes);
    if (const auto claimed = named_digest(answer.response.headers)) {
      require_digest(*claimed, document.bytes, name);
      document.descriptor.digest = *claimed;
    }
    return document;
  });
}

std::string fetch_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest) {
  return exchange.retry().run(repository.host.registry.name, [&] {
    const RegistryRequest request = question(repository, "GET", manifest.digest.string());
    Answer answer = exchange.send(repository.host, request);
    std::string bytes = read_document(exchange, repository.host, request, answer);
    require_digest(manifest.digest, bytes, manifest.digest.string());
    const std::string type = content_type(answer.response.headers);
    if (type == manifest.media_type) return bytes;
    throw exchange.without_secrets(
        {Errc::invalid_document, fmt::format("manifest {}: found Content-Type {}, expected {}",
                                             manifest.digest.string(), quote(type), manifest.media_type)});
  });
}

bool put_manifest(Exchange& exchange, const Repository& repository, const Descriptor& manifest,
                  const std::string& bytes, const std::string& name) {
  const RegistryRequest request{.method = "PUT",
                                .url = repository.url("manifests/" + name),
                                .headers = {{"Content-Type", manifest.media_type}},
                                .body = memory_body(bytes),
                                .scopes = push_to(repository.name)};
  Answer answer = exchange.send_patiently(repository.host, request);
  if (answer.status() >= 400 && is_missing_child(exchange.failure(answer))) {
    MissingChild missing{describe(exchange.failure(answer))};
    missing.add_note(exchange.asked(request, answer.url));
    throw missing;
  }
  if (answer.status() < 200 || answer.status() > 204) exchange.fail(repository.host, request, answer);
  auto stored = named_digest(answer.response.headers);
  if (!stored) {
    const auto found = find_manifest(exchange, repository, name);
    if (!found) throw Error{Errc::unavailable, fmt::format("the registry took {}, but does not have it", name)};
    stored = found->digest;
  }
  if (*stored != manifest.digest) {
    throw Error{Errc::digest_mismatch,
                fmt::format("the registry stored {} where {} was sent", stored->string(), manifest.digest.string())};
  }
  return answer.response.headers.first("OCI-Subject").has_value();
}

}  // namespace ocibuild
