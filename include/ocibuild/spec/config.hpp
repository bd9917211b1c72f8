// Image configuration: how an image runs, and what its layers are before compression (image-spec v1.1.1, config.md).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/digest.hpp"
#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// One line of an image's history.
struct History {
  std::string created;  ///< RFC 3339; this and the other texts: empty is absent
  std::string author;
  std::string created_by;
  std::string comment;
  bool empty_layer = false;
  UnknownFields unknown;

  friend bool operator==(const History&, const History&) = default;
};

/// How a container of the image starts. Empty values are absent.
struct Execution {
  std::string user;
  std::set<std::string> exposed_ports;  ///< `3000/tcp`
  std::vector<std::string> env;         ///< `NAME=value`
  std::vector<std::string> entrypoint;
  std::vector<std::string> cmd;
  std::set<std::string> volumes;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  UnknownFields unknown;  ///< Healthcheck and whatever else others write

  friend bool operator==(const Execution&, const Execution&) = default;
};

/// The image configuration document.
struct Config {
  std::string created;  ///< RFC 3339; empty: absent
  std::string author;
  Platform platform;  ///< its unknown fields stay empty: the members are part of this document
  Execution config;
  std::vector<Digest> diff_ids;  ///< digests of the uncompressed layers, base first
  UnknownFields rootfs_unknown;  ///< what `rootfs` has beside its type and diff_ids
  std::vector<History> history;
  UnknownFields unknown;

  friend bool operator==(const Config&, const Config&) = default;
};

/// The canonical document, as for manifests; `config` is always written. Throws Error{invalid_argument}.
std::string serialize(const Config& config);

/// Reads a configuration of at most max_manifest_size bytes strictly. Throws Error{invalid_document}, also when
/// rootfs.type is not `layers`.
Config parse_config(std::string_view document);

}  // namespace ocibuild
