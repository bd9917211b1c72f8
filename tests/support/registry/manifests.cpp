// GET, HEAD and PUT of manifests. Documents are read with a JSON library of their own, so that the registry judges the
// library under test and does not repeat it.
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "ocibuild/spec/reference.hpp"
#include "support/registry/content.hpp"

namespace ocibuild::testing {
namespace {

using Json = nlohmann::json;

bool accepts(const Headers& headers, std::string_view media_type) {
  for (const std::string& value : headers.all("Accept")) {
    std::string_view rest = value;
    while (!rest.empty()) {
      std::string_view type = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), type.size() + 1));
      type = type.substr(0, type.find(';'));
      while (type.starts_with(' ')) type.remove_prefix(1);
      while (type.ends_with(' ')) type.remove_suffix(1);
      if (type == media_type) return true;
    }
  }
  return false;
}

/// Docker's types go to every client, OCI's only to those that name them; `*/*` names nothing (distribution).
std::optional<ServerResponse> accept_refusal(const Headers& headers, std::string_view media_type) {
  const bool is_index = media_type == media_type::index;
  if ((!is_index && media_type != media_type::manifest) || accepts(headers, media_type)) return {};
  return refuse(404, "MANIFEST_UNKNOWN",
                is_index ? "OCI index found, but Accept header does not support OCI indexes"
                         : "OCI manifest found, but Accept header does not support OCI manifests");
}

ServerResponse read_manifest(const Call& call) {
  if (call.request.method == "HEAD" && call.options.head_manifest_status != 0) {
    return refuse(call.options.head_manifest_status, "UNSUPPORTED", "The operation is unsupported.");
  }
  std::string digest;
  const StoredManifest* const found = call.content.manifest(call.route.repository, call.route.reference, digest);
  if (found == nullptr) return refuse(404, "MANIFEST_UNKNOWN", "manifest unknown");
  if (auto refusal = accept_refusal(call.request.headers, found->media_type)) return *std::move(refusal);
  ServerResponse response{.status = 200, .headers = {{"Content-Type", found->media_type}}, .body = found->body};
  response.headers.add("ETag", "\"" + digest + "\"");
  if (call.request.headers.first("If-None-Match") == "\"" + digest + "\"") response.status = 304;
  add_digest_header(response, call.options, digest);
  return response;
}

ServerResponse invalid(std::string_view message) {
  return refuse(400, "MANIFEST_INVALID", message);
}

/// Why a child cannot be referred to: it is not in this repository, or has another size.
std::optional<ServerResponse> child_refusal(const Call& call, const Json& child, NodeKind parent) {
  if (!child.is_object() || !child.value("digest", Json{}).is_string() || !child.value("size", Json{}).is_number()) {
    return invalid("a descriptor has no digest and size");
  }
  if (is_nondistributable(child.value("mediaType", ""))) return {};
  const auto digest = child["digest"].get<std::string>();
  const std::string* body = nullptr;
  if (parent == NodeKind::index) {
    std::string ignored;
    const StoredManifest* const found = call.content.manifest(call.route.repository, digest, ignored);
    if (found != nullptr) body = &found->body;
  } else {
    body = call.content.blob(call.route.repository, digest);
  }
  if (body == nullptr) return refuse(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: " + digest);
  if (call.options.checks_sizes && child["size"] != body->size()) {
    return refuse(
        400, "SIZE_INVALID",
        fmt::format("blob {} has {} bytes, its descriptor says {}", digest, body->size(), child["size"].dump()));
  }
  return {};
}

/// What a manifest or index must have, and its children. `subject` need not exist.
std::optional<ServerResponse> document_refusal(const Call& call, const Json& document, std::string_view type) {
  const NodeKind kind = node_kind(type);
  if (kind == NodeKind::blob) return invalid("the media type is none of a manifest or an index");
  if (!document.is_object() || document.value("schemaVersion", Json{}) != 2) return invalid("schemaVersion is not 2");
  if (document.contains("mediaType") && document["mediaType"] != type) {
    return invalid("mediaType and Content-Type differ");
  }
  const char* const list = kind == NodeKind::index ? "manifests" : "layers";
  if (!document.contains(list) || !document[list].is_array()) return invalid("the document has no list of children");
  if (document.contains(kind == NodeKind::index ? "layers" : "manifests")) {
    return invalid("the document is a manifest and an index at once");
  }
  if (kind == NodeKind::manifest) {
    if (auto refusal = child_refusal(call, document.value("config", Json{}), kind)) return refusal;
  }
  for (const Json& child : document[list]) {
    if (auto refusal = child_refusal(call, child, kind)) return refusal;
  }
  return {};
}

ServerResponse write_manifest(const Call& call) {
  const std::string& body = call.request.body;
  if (body.size() > max_manifest_size) {
    return refuse(call.options.large_manifest_status, "SIZE_INVALID", "a manifest has at most 4 MiB");
  }
  const std::string type = call.request.headers.first("Content-Type").value_or("");
  const Json document = Json::parse(body, nullptr, false);
  if (document.is_discarded()) return invalid("the manifest is not JSON");
  const bool by_digest = call.route.reference.find(':') != std::string::npos;
  if (by_digest && !names(call.route.reference, body)) {
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  if (!by_digest && !is_tag(call.route.reference)) return refuse(400, "TAG_INVALID", "manifest tag did not match URI");
  if (auto refusal = document_refusal(call, document, type)) return *std::move(refusal);

  const std::string digest = by_digest ? call.route.reference : Digest::of(body).string();
  Repository& repository = call.content.repositories[call.route.repository];
  repository.manifests.insert_or_assign(digest, StoredManifest{type, body});
  if (!by_digest) repository.tags.insert_or_assign(call.route.reference, digest);
  ServerResponse response{.status = 201};
  response.headers.add("Location", fmt::format("/v2/{}/manifests/{}", call.route.repository, digest));
  add_digest_header(response, call.options, digest);
  const Json subject = document.value("subject", Json{});
  if (call.options.referrers && subject.is_object()) {
    response.headers.add("OCI-Subject", subject.value("digest", ""));
  }
  return response;
}

}  // namespace

ServerResponse answer_manifest(const Call& call) {
  const std::string& method = call.request.method;
  if (method == "GET" || method == "HEAD") return read_manifest(call);
  if (method == "PUT") return write_manifest(call);
  return refuse(405, "UNSUPPORTED", "The operation is unsupported.");  // deletion is off in distribution and GHCR
}

}  // namespace ocibuild::testing
