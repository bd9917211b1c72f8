// Upload sessions: POST opens one, PATCH adds to it, PUT closes it, GET asks for its state, DELETE gives it up.
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "spec/text.hpp"
#include "support/registry/content.hpp"

namespace ocibuild::testing {
namespace {

/// `_state` with its value: opaque, with what a client must not decode, in the spelling that Go's clients keep. It
/// knows how much has arrived (distribution, hmac.go).
std::string state_of(const Upload& upload, unsigned revision) {
  return fmt::format("_state={}.{}.{}%2B%2F~%3D%3D", upload.id.substr(24), upload.content.size(), revision);
}

/// `scheme://host` for Locations.
std::string base_of(const Call& call) {
  return call.options.location_origin.empty() ? call.request.origin : call.options.location_origin;
}

/// Where the session goes on. Each answer has a newer state.
std::optional<std::string> location_of(const Call& call, Upload& upload) {
  const std::string path = fmt::format("/v2/{}/blobs/uploads/{}", upload.repository, upload.id);
  const std::string base = base_of(call);
  switch (call.options.location) {
    case LocationStyle::relative: return path;
    case LocationStyle::absolute: return base + path;
    case LocationStyle::state: return base + path + "?" + state_of(upload, ++upload.revision);
    case LocationStyle::ghcr: return fmt::format("{}/v2/{}/blobs/upload/{}", base, upload.repository, upload.id);
    case LocationStyle::schemeless: return base.substr(base.find("://") + 3) + path;
    case LocationStyle::missing: return {};
  }
  return {};
}

std::optional<std::string> range_of(const Call& call, const Upload& upload) {
  std::uint64_t arrived = upload.content.size();
  switch (call.options.upload_range) {
    case UploadRange::exact: break;
    case UploadRange::stuck: arrived = std::min(arrived, upload.first_chunk); break;
    case UploadRange::behind: arrived /= 2; break;
    case UploadRange::missing: return {};
  }
  return fmt::format("0-{}", arrived == 0 ? 0 : arrived - 1);  // `0-0` for no byte as for one, as distribution says it
}

ServerResponse session_answer(const Call& call, Upload& upload, int status) {
  ServerResponse response{.status = status};
  if (const auto location = location_of(call, upload)) response.headers.add("Location", *location);
  if (const auto range = range_of(call, upload)) response.headers.add("Range", *range);
  response.headers.add("Docker-Upload-UUID", upload.id);
  return response;
}

ServerResponse stored(const Call& call, const std::string& digest, std::string content, int status) {
  call.content.repositories[call.route.repository].blobs.insert_or_assign(digest, std::move(content));
  ServerResponse response{.status = status};
  response.headers.add("Location", fmt::format("/v2/{}/blobs/{}", call.route.repository, digest));
  add_digest_header(response, call.options, digest);
  return response;
}

ServerResponse open_session(const Call& call) {
  const std::string id = fmt::format("5e551000-0000-4000-8000-{:012x}", ++call.content.sessions);
  Upload& upload = call.content.uploads[id];
  upload.id = id;
  upload.repository = call.route.repository;
  ServerResponse response = session_answer(call, upload, 202);
  if (const auto minimum = call.options.chunk_minimum) {
    response.headers.add("OCI-Chunk-Min-Length", std::to_string(*minimum));
  }
  return response;
}

std::optional<ServerResponse> mount(const Call& call, const std::string& digest) {
  switch (call.options.mount_status) {
    case 201: break;
    case 202: return {};
    case 401: return refuse(401, "UNAUTHORIZED", "authentication required");
    case 403: return refuse(403, "DENIED", "requested access to the resource is denied");
    case 404: return refuse(404, "NAME_UNKNOWN", "repository name not known to registry");
    default: return refuse(call.options.mount_status, "UNSUPPORTED", "The operation is unsupported.");
  }
  const auto from = call.target.parameters.first("from");
  const std::string* const blob = from ? call.content.blob(*from, digest) : nullptr;
  if (blob == nullptr) return {};
  return stored(call, digest, std::string{*blob}, 201);
}

ServerResponse answer_post(const Call& call) {
  if (const auto digest = call.target.parameters.first("mount")) {
    if (auto response = mount(call, *digest)) return *std::move(response);
    return open_session(call);
  }
  const auto digest = call.target.parameters.first("digest");
  if (!digest || call.options.single_post_status != 201) return open_session(call);
  if (!names(*digest, call.request.body)) {
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  return stored(call, *digest, call.request.body, call.options.put_status);
}

/// Why the body does not go on where the session stands, by its Content-Range.
std::optional<ServerResponse> range_refusal(const Call& call, Upload& upload) {
  const auto header = call.request.headers.first("Content-Range");
  if (!header || call.options.ignores_content_range) return {};
  const std::uint64_t size = call.request.body.size();
  if (call.options.content_range_limit && size > *call.options.content_range_limit) {
    return refuse(416, "REQUESTED_RANGE_NOT_SATISFIABLE",
                  "the request body is too large and exceeds the maximum permissible limit of 4.00MiB");
  }
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const char* const end = header->data() + header->size();
  const auto dash = std::from_chars(header->data(), end, first);
  const bool has_dash = dash.ec == std::errc{} && dash.ptr != end && *dash.ptr == '-';
  const auto rest = has_dash ? std::from_chars(dash.ptr + 1, end, last) : dash;
  if (!has_dash || rest.ec != std::errc{} || rest.ptr != end) {
    return refuse(400, "BLOB_UPLOAD_INVALID", "Content-Range is not START-END");
  }
  if (first != upload.content.size() || last < first) {
    ServerResponse response = refuse(416, "RANGE_INVALID", "the chunk does not follow what has arrived");
    if (!call.options.range_in_416) return response;
    for (const Header& place : session_answer(call, upload, 416).headers) response.headers.add(place.name, place.value);
    return response;
  }
  if (last - first + 1 != size) return refuse(400, "SIZE_INVALID", "Content-Range and the body differ in size");
  return {};
}

ServerResponse answer_patch(const Call& call, Upload& upload) {
  if (call.options.patch_refusal != 0) return refuse(call.options.patch_refusal, "UNSUPPORTED", "no PATCH here");
  if (auto refusal = range_refusal(call, upload)) return *std::move(refusal);
  if (upload.first_chunk == 0) upload.first_chunk = call.request.body.size();
  upload.content += call.request.body;
  return session_answer(call, upload, call.options.patch_status);
}

ServerResponse answer_put(const Call& call, Upload& upload) {
  const auto digest = call.target.parameters.first("digest");
  if (!digest) return refuse(400, "DIGEST_INVALID", "digest missing");
  if (call.options.put_refusal != 0 && upload.content.empty() && !call.request.body.empty()) {
    return refuse(call.options.put_refusal, "UNSUPPORTED", "blobs come by PATCH");
  }
  if (auto refusal = range_refusal(call, upload)) return *std::move(refusal);
  std::string content = std::move(upload.content) + call.request.body;
  call.content.uploads.erase(upload.id);  // a commit that fails ends the session, too (distribution)
  if (!names(*digest, content)) {
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  return stored(call, *digest, std::move(content), call.options.put_status);
}

/// The session that the request names, or why it may not go on.
std::optional<ServerResponse> session_refusal(const Call& call) {
  const auto found = call.content.uploads.find(call.route.reference);
  const std::string_view kind = call.options.location == LocationStyle::ghcr ? "blobs/upload" : "blobs/uploads";
  if (found == call.content.uploads.end() || call.route.kind != kind ||
      found->second.repository != call.route.repository) {
    return refuse(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  if (call.options.location != LocationStyle::state) return {};
  const std::string_view query = call.target.query;
  const std::string_view sent = query.substr(0, query.find('&'));
  for (unsigned revision = found->second.revision; revision > 0; --revision) {
    if (sent == state_of(found->second, revision)) return {};
  }
  return refuse(404, "BLOB_UPLOAD_INVALID", "blob upload invalid");
}

}  // namespace

ServerResponse answer_upload(const Call& call) {
  const std::string& method = call.request.method;
  const std::string type = call.request.headers.first("Content-Type").value_or("application/octet-stream");
  if (!call.request.body.empty() && type != "application/octet-stream") {
    return refuse(400, "BLOB_UPLOAD_INVALID", "a blob is application/octet-stream, found " + quote(type));
  }
  if (call.route.reference.empty() && call.route.kind == "blobs/uploads") {
    return method == "POST" ? answer_post(call) : refuse(405, "UNSUPPORTED", "uploads are opened by POST");
  }
  if (auto refusal = session_refusal(call)) return *std::move(refusal);
  Upload& upload = call.content.uploads.find(call.route.reference)->second;
  if (method == "PATCH") return answer_patch(call, upload);
  if (method == "PUT") return answer_put(call, upload);
  if (method == "GET") return session_answer(call, upload, 204);
  if (method == "DELETE" && call.options.cancel_status == 204) {
    call.content.uploads.erase(upload.id);
    return {.status = 204};
  }
  return refuse(405, "UNSUPPORTED", "The operation is unsupported.");
}

}  // namespace ocibuild::testing
