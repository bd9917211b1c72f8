// Turns standard input into gz1 on standard output, for gz1_reference_test.py.
#include <iostream>
#include <iterator>
#include <string>

#include "layer/compressor.hpp"

using namespace ocibuild;

int main() {
  const std::string content{std::istreambuf_iterator<char>{std::cin}, {}};
  MemorySink sink;
  const auto compressor = make_compressor(Compression::gzip, 2, sink);
  compressor->write(as_bytes(content));
  compressor->finish();
  std::cout << sink.content();
  return std::cout.flush() ? 0 : 1;
}
