// Verifying a graph: its documents first, then all blobs in parallel.
#include "ocibuild/audit/verify.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "audit/verify_documents.hpp"
#include "ocibuild/base/parallel.hpp"
#include "ocibuild/layer/decompress.hpp"
#include "ocibuild/spec/media_type.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t buffer_size = 256 << 10;

void read_whole(const ReadStore& store, const Descriptor& blob) {
  CountingSink nowhere;
  transfer(*store.open(blob), nowhere);
}

/// The digest of the decompressed layer. Throws Error{invalid_document} above `limit` bytes.
Digest digest_of_content(const ReadStore& store, const BlobToVerify& blob, std::uint64_t limit) {
  const std::string_view media_type = blob.descriptor.media_type;
  const Compression compression = is_layer(media_type) ? layer_compression(media_type) : Compression::none;
  const auto content = make_decompressor(compression, store.open(blob.descriptor));
  Hasher hasher{blob.diff_id->algorithm()};
  std::vector<std::byte> buffer(buffer_size);
  std::uint64_t size = 0;
  while (const std::size_t count = content->read(buffer)) {
    size += count;
    if (size > limit) {
      throw Error{Errc::invalid_document, fmt::format("expands to more than {} bytes, which is the limit here", limit)};
    }
    hasher.update(Bytes{buffer}.first(count));
  }
  return hasher.finish();
}

void verify_layer(const ReadStore& store, const BlobToVerify& blob, std::uint64_t limit) {
  const Digest found = digest_of_content(store, blob, limit);
  if (found == *blob.diff_id) return;
  throw Error{Errc::digest_mismatch, fmt::format("the layer's content has digest {}, its config says {}",
                                                 found.string(), blob.diff_id->string())};
}

std::optional<Finding> verify_blob(const ReadStore& store, const BlobToVerify& blob, std::uint64_t limit) {
  try {
    if (!blob.diff_id) {
      read_whole(store, blob.descriptor);
      return std::nullopt;
    }
    try {
      verify_layer(store, blob, limit);
    } catch (const Error&) {
      // Damaged bytes seldom decompress: whether they are damaged is the better message.
      read_whole(store, blob.descriptor);
      throw;
    }
    return std::nullopt;
  } catch (const Error& error) {
    return finding_of(error, blob.descriptor, blob.path);
  }
}

}  // namespace

bool Report::has(FindingKind kind) const noexcept {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.kind == kind; });
}

Report verify(const ReadStore& store, const Descriptor& root, const VerifyOptions& options) {
  VerifiedDocuments documents = verify_documents(store, root);
  Report report = std::move(documents.report);
  std::vector<std::optional<Finding>> found(documents.blobs.size());
  for_each_index(found.size(), options.jobs,
                 [&](std::size_t i) { found[i] = verify_blob(store, documents.blobs[i], options.max_layer_size); });
  std::set<Digest> counted;
  for (const BlobToVerify& blob : documents.blobs) {
    if (!counted.insert(blob.descriptor.digest).second) continue;
    ++report.blobs;
    report.bytes += blob.descriptor.size;
  }
  for (std::optional<Finding>& finding : found) {
    if (finding) report.findings.push_back(std::move(*finding));
  }
  return report;
}

}  // namespace ocibuild
