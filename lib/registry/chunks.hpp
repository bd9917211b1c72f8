// Uploading in chunks, for the few places that take nothing larger (distribution-spec v1.1, pushing a blob in chunks).
#pragma once

#include <optional>

#include "registry/upload.hpp"

namespace ocibuild {

/// The size of a chunk: what the answer to the opening POST asks for at least (OCI-Chunk-Min-Length), and else 16 MiB.
std::uint64_t chunk_size(const Headers& headers);

/// Sends the blob in chunks, each from memory. `location` is where the session is, before and after; `request` is the
/// last one sent. Goes on from where the registry says it is, a bounded number of times. Returns an answer that refuses
/// the whole way, or nothing when everything was taken. Throws TransientError when the session is to be given up.
std::optional<Answer> send_chunks(Exchange& exchange, const Repository& repository, const Blob& blob, Url& location,
                                  std::uint64_t size, RegistryRequest& request);

}  // namespace ocibuild
