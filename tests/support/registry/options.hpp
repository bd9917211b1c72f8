// How a test registry behaves. The default is a strict registry of distribution-spec 1.1 that asks for no credentials;
// each option is a deviation that was seen somewhere, or that an attacker could choose.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ocibuild::testing {

/// What the Location of an upload session looks like.
enum class LocationStyle {
  relative,    ///< `/v2/NAME/blobs/uploads/ID`
  absolute,    ///< with scheme and host
  state,       ///< absolute, with a query `_state` that must come back verbatim, and is good until more bytes arrive
  ghcr,        ///< absolute, below `/blobs/upload/` (docker/build-push-action#251)
  schemeless,  ///< `HOST/v2/...`, as some registries write it
  missing,
};

/// What `Range` says about the bytes of an upload.
enum class UploadRange {
  exact,
  stuck,   ///< always the end of the first chunk (aws/containers-roadmap#2831)
  behind,  ///< half of what has arrived
  missing,
};

/// What `Docker-Content-Digest` says.
enum class DigestHeader { right, absent, wrong, malformed };

/// What becomes of `Range` in a download.
enum class BlobRanges {
  honoured,
  ignored,  ///< 200 with everything
  shifted,  ///< 206 with other bytes than were asked for, and a Content-Range that admits it
};

enum class AuthScheme { none, basic, bearer };

/// What the token server does when it can grant only a part of what was asked for.
enum class Grants {
  intersection,    ///< grants that part (docker's specification)
  all_or_nothing,  ///< 403 (GHCR, oras-project/oras#1128)
};

/// Who may do what, and how that is proven.
struct AuthOptions {
  AuthScheme scheme = AuthScheme::none;
  std::string username = "user";
  std::string password = "password";
  std::string refresh_token;              ///< accepted by the OAuth2 grant of that name; empty: none is
  std::vector<std::string> repositories;  ///< that the user may use; empty: all
  bool anonymous_pull = false;

  std::string realm;  ///< of the token server; empty: `/token` where the request came in
  std::string service = "registry.test";
  bool placeholder_scope = false;  ///< `/v2/` names a scope of no use (GHCR)
  Grants grants = Grants::intersection;
  int oauth_status = 0;  ///< if not 0, the answer to every POST to the token server

  std::optional<int> expires_in = 300;                  ///< seconds, as the token server says it; nothing: it does not
  std::optional<std::chrono::milliseconds> lifetime{};  ///< for how long a token is good; nothing: for ever
  std::optional<std::size_t> uses{};                    ///< for how many requests a token is good
  int stale_status = 401;                               ///< 403: DENIED and no challenge, as GHCR answers
  std::size_t token_padding = 0;                        ///< bytes added to the body of a token
  bool always_unauthorized = false;                     ///< 401, whatever token is shown
};

struct RegistryOptions {
  LocationStyle location = LocationStyle::relative;
  std::string location_origin;  ///< another `scheme://host` for absolute Locations; empty: where the request came in
  UploadRange upload_range = UploadRange::exact;
  bool range_in_416 = true;                            ///< a 416 names the place to go on
  bool ignores_content_range = false;                  ///< chunks are appended in whatever order they come
  std::optional<std::uint64_t> chunk_minimum{};        ///< said in OCI-Chunk-Min-Length
  std::optional<std::uint64_t> content_range_limit{};  ///< larger bodies with a Content-Range get 416 (GHCR)
  int single_post_status = 201;                        ///< 202: a body in the POST is ignored, a session is opened
  int put_refusal = 0;                                 ///< if not 0, the answer to a PUT that brings a whole blob
  int patch_refusal = 0;                               ///< if not 0, the answer to every PATCH
  int patch_status = 202;                              ///< of success
  int put_status = 201;                                ///< of success, for blobs
  int cancel_status = 204;                             ///< 405: uploads cannot be cancelled (GHCR)
  bool sessions_die = false;                           ///< a request on a session that fails ends it (GHCR, jib#4301)
  int mount_status = 201;                              ///< 202: opens a session instead; otherwise an error

  DigestHeader digest_header = DigestHeader::right;
  BlobRanges blob_ranges = BlobRanges::honoured;
  std::string blob_redirect;  ///< `scheme://host` that GET of a blob is sent to (307); empty: blobs are here

  int head_manifest_status = 0;     ///< if not 0, the answer to HEAD of a manifest
  int large_manifest_status = 413;  ///< for a manifest over 4 MiB
  bool checks_sizes = true;         ///< a child must have the size that its descriptor says
  bool referrers = true;            ///< false: no referrers API, and no OCI-Subject
  std::size_t page_size = 100;      ///< of tags and referrers, unless the client asks for fewer
  bool pages = true;                ///< false: lists come whole, whatever the client asks for
  bool null_tags = false;           ///< an empty list of tags is `null`
  bool endless_tags = false;        ///< every page of tags names a next one

  AuthOptions auth;
};

/// ghcr.io as it was reported, with the credentials of the default.
RegistryOptions ghcr_options();

/// The program `docker-registry` 2.8 as it was measured, without authentication.
RegistryOptions docker_registry_options();

}  // namespace ocibuild::testing
