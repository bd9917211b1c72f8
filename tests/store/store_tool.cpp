// A program for the fault tests: puts a sample index into a layout, copies between two places, uses a cache.
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/store/blob_cache.hpp"
#include "ocibuild/store/graph.hpp"
#include "ocibuild/store/layout_store.hpp"
#include "ocibuild/store/place.hpp"
#include "support/sample_image.hpp"

namespace ocibuild {
namespace {

/// put DIR NAME GREETING SIZE: the file in the image has SIZE bytes that begin with GREETING.
Descriptor put(const std::string& directory, const std::string& name, std::string greeting, const std::string& size) {
  greeting.resize(std::stoul(size), '.');
  LayoutStore store{directory};
  const Descriptor root = testing::put_sample_index(store, greeting);
  store.tag(root, name);
  return root;
}

Descriptor copy_between(const std::string& from, const std::string& to) {
  const OpenedRoot opened = open_for_reading(Place::parse(from));
  const Place place = Place::parse(to);
  const auto store = open_for_writing(place);
  copy(*opened.store, opened.root, *store);
  store->tag(opened.root, place.name);
  store->finish();
  return opened.root;
}

/// keep DIR NAME GREETING SIZE: finds such a text in a cache, intact, or keeps it, and then trims the cache to two
/// texts.
Descriptor keep(const std::string& directory, const std::string& name, std::string greeting, const std::string& size) {
  greeting.resize(std::stoul(size), '.');
  const Blob blob = memory_blob("text/plain", greeting);
  const CacheKey key{.kind = CacheKind::layer, .name = name};
  BlobCache cache{directory};
  const auto found = cache.find(key);
  if (!found || !cache.is_intact(key, *found)) cache.keep(key, blob);
  trim_cache(directory, 2 * greeting.size());
  return blob.descriptor;
}

Descriptor run(std::span<const std::string> words) {
  if (words.size() == 5 && words[0] == "put") return put(words[1], words[2], words[3], words[4]);
  if (words.size() == 5 && words[0] == "keep") return keep(words[1], words[2], words[3], words[4]);
  if (words.size() == 3 && words[0] == "copy") return copy_between(words[1], words[2]);
  throw Error{Errc::invalid_argument, "usage: put DIR NAME GREETING SIZE | copy FROM TO | keep DIR NAME GREETING SIZE"};
}

}  // namespace
}  // namespace ocibuild

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const std::string line = ocibuild::run(words).digest.string() + "\n";
    if (std::fputs(line.c_str(), stdout) < 0 || std::fflush(stdout) != 0) ocibuild::throw_errno("printing", errno);
    return 0;
  } catch (const ocibuild::Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return error.code() == ocibuild::Errc::io ? 8 : 3;
  }
}
