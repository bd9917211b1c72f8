// How a push is summed up, and how far it is.
#include "publishing.hpp"

#include <doctest/doctest.h>

#include "ocibuild/store/memory_store.hpp"

using namespace ocibuild;
using std::chrono::milliseconds;

TEST_CASE("a summary says what was sent, and leaves out what there is none of") {
  ReleaseSummary summary{.uploaded = 4, .mounted = 2, .present = 8, .bytes_uploaded = 12'300'000};
  CHECK(summary_text(summary, 1, milliseconds{1200}) ==
        "pushed 12.3 MB in 4 blobs, 2 mounted, 8 already there, 1 retry, 1.2 s");
  CHECK(summary_text({.uploaded = 1, .bytes_uploaded = 5}, 0, milliseconds{1200}) == "pushed 5 B in 1 blob, 1.2 s");
}

TEST_CASE("a summary of a push that found everything there says so") {
  CHECK(summary_text({.present = 8}, 0, milliseconds{200}) == "nothing to push, 8 blobs already there, 0.2 s");
}

TEST_CASE("a counted store tells how much of a blob was read since it was opened last") {
  MemoryStore store;
  const Blob blob = memory_blob("text/plain", "0123456789");
  store.put(blob);
  std::vector<std::uint64_t> told;
  const CountedStore counted{store, [&](const Descriptor&, std::uint64_t bytes) { told.push_back(bytes); }};
  for (int time = 0; time < 2; ++time) {
    const auto source = counted.open(blob.descriptor);
    std::byte buffer[6];
    while (source->read(buffer) > 0) {
    }
  }
  CHECK(told == std::vector<std::uint64_t>{6, 10, 6, 10});
}
