// gz1 is frozen: these digests hold on every machine and for ever (lib/layer/FORMAT.md lists what the inputs are).
#include <doctest/doctest.h>

#include "layer/compressor.hpp"
#include "layer/sample_data.hpp"
#include "ocibuild/spec/digest.hpp"
#include "support/golden.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t block = 1 << 20;

std::string digest_of_gz1(std::string_view content) {
  MemorySink sink;
  const auto compressor = make_compressor(Compression::gzip, 2, sink);
  compressor->write(as_bytes(content));
  compressor->finish();
  return Digest::of(sink.content()).string();
}

}  // namespace

TEST_CASE("the bytes of gz1 never change") {
  const std::map<std::string, std::string> contents = {
      {"base64-100000", base64_lines(100000)},
      {"code-3000000", machine_code(3000000)},
      {"dna-300000", random_symbols(300000, 4)},
      {"empty", ""},
      {"json-500000", json_lines(500000)},
      {"mixture-block", mixture(block, 20000)},
      {"mixture-block-less-1", mixture(block - 1, 20000)},
      {"mixture-block-plus-1", mixture(block + 1, 20000)},
      {"mixture-2-blocks", mixture(2 * block, 100000)},
      {"mixture-5000000", mixture(5000000, 70000)},
      {"one-byte", "a"},
      {"period-32768", periodic(200000, 32768)},
      {"records-150000", sparse_records(150000, 258, 1)},
      {"records-equal-150000", sparse_records(150000, 300, 0)},
      {"prose-300", prose(300)},
      {"prose-4097", prose(4097)},
      {"prose-2000000", prose(2000000)},
      {"random-70000", random_bytes(70000)},
      {"repeats-1000000", sparse_repeats(1000000, 12, 100)},
      {"table-500000", binary_table(500000)},
      {"tar-1500000", tar_of_small_files(1500000)},
      {"two-symbols-200000", random_symbols(200000, 2)},
      {"zeros-3000000", std::string(3000000, '\0')},
  };
  std::map<std::string, std::string> found;
  for (const auto& [name, content] : contents) {
    found[name] = digest_of_gz1(content);
    found[name + ".content"] = Digest::of(content).string();
  }
  testing::check_golden("gz1.txt", found);
}

}  // namespace ocibuild
