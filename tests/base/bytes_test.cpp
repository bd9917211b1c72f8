#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {

TEST_CASE("a memory source gives its content once and then ends") {
  MemorySource source{"hello"};
  std::array<std::byte, 3> buffer{};
  CHECK(source.read(buffer) == 3);
  CHECK(as_text(buffer) == "hel");
  CHECK(source.read(buffer) == 2);
  CHECK(source.read(buffer) == 0);
  CHECK(source.read(buffer) == 0);
}

TEST_CASE("transfer moves everything and counts it") {
  const std::string content(1'000'000, 'x');
  ViewSource source{as_bytes(content)};
  MemorySink sink;
  CHECK(transfer(source, sink) == content.size());
  CHECK(sink.content() == content);
}

TEST_CASE("read_fully stops only at the end") {
  class OneByteSource final : public Source {
   public:
    std::size_t read(MutableBytes into) override {
      return left_ == 0 || into.empty() ? 0 : (--left_, into[0] = std::byte{'a'}, 1);
    }

   private:
    int left_ = 5;
  } source;
  std::array<std::byte, 3> buffer{};
  CHECK(read_fully(source, buffer) == 3);
  CHECK(read_fully(source, buffer) == 2);
}

TEST_CASE("read_all takes exactly its limit and refuses one byte more") {
  MemorySource fits{"12345"};
  CHECK(read_all(fits, 5) == "12345");
  MemorySource too_long{"123456"};
  CHECK_THROWS_WITH_AS(read_all(too_long, 5), "more than 5 bytes, which is the limit here", Error);
}

TEST_CASE("a tee gives both sinks everything") {
  MemorySink first;
  CountingSink second;
  TeeSink tee{first, second};
  tee.write(as_bytes("abc"));
  CHECK(first.content() == "abc");
  CHECK(second.count() == 3);
}

}  // namespace ocibuild
