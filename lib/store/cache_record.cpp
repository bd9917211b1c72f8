// Records with a checksum: a flipped bit in a media type would otherwise be published.
#include "store/cache_record.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/document.hpp"

namespace ocibuild {
namespace {

// Names locks only: any 64 bits that two blobs hardly share will do.
constexpr std::uint64_t hash_prime = 1099511628211ULL;  // FNV-1a
constexpr std::uint64_t hash_start = 14695981039346656037ULL;

}  // namespace

std::string serialize(const CacheRecord& record) {
  JsonWriter writer;
  writer.object([&] {
    writer.name("name");
    writer.string(record.name);
    writer.name("descriptor");
    write_descriptor(writer, record.descriptor);
  });
  const std::string body = writer.take();
  return fmt::format("{}\n{}\n", Digest::of(body).encoded(), body);
}

CacheRecord parse_record(std::string_view text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.ends_with('\n') || text.size() < end + 2) {
    throw Error{Errc::invalid_document, "a record of two lines is expected"};
  }
  const std::string_view body = text.substr(end + 1, text.size() - end - 2);
  if (Digest::of(body).encoded() != text.substr(0, end)) {
    throw Error{Errc::invalid_document, "its checksum does not fit"};
  }
  const JsonValue value = parse_json(body, max_record_size);
  JsonObject object{value, ""};
  return {.name = object.string("name"), .descriptor = read_descriptor(object.require("descriptor"), "descriptor")};
}

std::filesystem::path record_directory(const std::filesystem::path& cache, CacheKind kind) {
  return cache / (kind == CacheKind::layer ? "layers" : "fetched");
}

std::filesystem::path work_directory(const std::filesystem::path& cache) {
  return cache / ".ocibuild";  // where LayoutStore has its own
}

std::filesystem::path in_use_file(const std::filesystem::path& cache) {
  return work_directory(cache) / "in-use";
}

void require_cache(const std::filesystem::path& directory) {
  const LayoutReader layout{directory};
  if (layout.roots().empty()) return;
  throw Error{Errc::invalid_document, fmt::format("{} is a layout with images, not a cache", directory.native())};
}

std::uint64_t lock_of(const Digest& blob) {
  std::uint64_t hash = hash_start;
  for (const char c : blob.string()) hash = (hash ^ static_cast<unsigned char>(c)) * hash_prime;
  return hash >> 1;  // an offset in a file is at most 2^63-1
}

}  // namespace ocibuild
