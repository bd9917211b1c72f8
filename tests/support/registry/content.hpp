// What a test registry holds, and a request as the functions that answer it see it. Private to the test registry.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/registry/message.hpp"
#include "support/registry/options.hpp"

namespace ocibuild::testing {

struct StoredManifest {
  std::string media_type;
  std::string body;
};

/// Blobs and manifests by digest, digests by tag.
struct Repository {
  std::map<std::string, std::string, std::less<>> blobs;
  std::map<std::string, StoredManifest, std::less<>> manifests;
  std::map<std::string, std::string, std::less<>> tags;
};

/// An upload session.
struct Upload {
  std::string id;
  std::string repository;
  std::string content;
  std::uint64_t first_chunk = 0;  ///< size of the first PATCH
  unsigned revision = 0;          ///< how many answers named this session
};

struct Content {
  std::map<std::string, Repository, std::less<>> repositories;
  std::map<std::string, Upload, std::less<>> uploads;
  unsigned sessions = 0;  ///< that were ever opened

  const Repository* repository(std::string_view name) const;
  const std::string* blob(std::string_view repository, std::string_view digest) const;

  /// By tag or digest; the digest of it goes to `digest`.
  const StoredManifest* manifest(std::string_view repository, std::string_view reference, std::string& digest) const;
};

/// `/v2/REPOSITORY/KIND/REFERENCE`.
struct Route {
  std::string repository;
  std::string kind;  ///< `blobs`, `blobs/uploads`, `blobs/upload`, `manifests`, `tags`, `referrers`
  std::string reference;
};

/// Nothing for every other path.
std::optional<Route> parse_route(std::string_view path);

/// A request on its way to an answer.
struct Call {
  const ServerRequest& request;
  const Target& target;
  const Route& route;
  const RegistryOptions& options;
  Content& content;
};

ServerResponse answer_blob(const Call& call);
ServerResponse answer_upload(const Call& call);
ServerResponse answer_manifest(const Call& call);
ServerResponse answer_tags(const Call& call);
ServerResponse answer_referrers(const Call& call);

/// True for the grammar of a digest.
bool is_digest(std::string_view text);

/// True when `digest` is well-formed, can be computed, and is that of `content`.
bool names(std::string_view digest, std::string_view content);

/// Adds Docker-Content-Digest, as right as the options want it.
void add_digest_header(ServerResponse& response, const RegistryOptions& options, std::string_view digest);

}  // namespace ocibuild::testing
