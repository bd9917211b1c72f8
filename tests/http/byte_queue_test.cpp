// The ring between the two threads of a transfer.
#include "http/byte_queue.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace ocibuild;

namespace {

std::string pop(ByteQueue& queue, std::size_t count) {
  std::string text(count, '\0');
  text.resize(queue.pop(std::as_writable_bytes(std::span{text})));
  return text;
}

}  // namespace

TEST_CASE("bytes come out in the order they went in, across the end of the ring") {
  ByteQueue queue{8};
  std::string in;
  std::string out;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 5 + 1), static_cast<char>('a' + i % 26));
    in += piece.substr(0, queue.push(as_bytes(piece)));
    out += pop(queue, static_cast<std::size_t>(i % 4 + 1));
  }
  CHECK(out + pop(queue, 8) == in);
  CHECK(queue.empty());
}

TEST_CASE("a full queue takes no more") {
  ByteQueue queue{4};
  CHECK(queue.push(as_bytes("abcdef")) == 4);
  CHECK(queue.room() == 0);
  CHECK(queue.push(as_bytes("x")) == 0);
  CHECK(pop(queue, 10) == "abcd");
}
