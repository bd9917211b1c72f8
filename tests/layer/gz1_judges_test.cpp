// Other programs read gz1: Python's gzip module and GNU gzip. (zlib does in gz1_size_test.cpp, in this process.)
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "layer/compressor.hpp"
#include "layer/gz1_corpus.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/base/process.hpp"
#include "support/skip.hpp"

namespace ocibuild {
namespace {

/// The whole corpus as N and N.gz in a folder.
class CorpusFolder {
 public:
  CorpusFolder() : folder_{std::filesystem::temp_directory_path()} {
    for (const NamedInput& input : gz1_corpus()) {
      const std::string content = input.make();
      write_file(folder_.path() / fmt::format("{}", count_), content);
      AtomicFile compressed{folder_.path() / fmt::format("{}.gz", count_)};
      const auto compressor = make_compressor(Compression::gzip, 1, compressed);
      compressor->write(as_bytes(content));
      compressor->finish();
      compressed.commit();
      ++count_;
    }
  }
  std::string path() const { return folder_.path().string(); }
  int count() const { return count_; }

 private:
  TempDir folder_;
  int count_ = 0;
};

constexpr const char* compare_with_python = R"(
import gzip, pathlib, sys
count = 0
for packed in pathlib.Path(sys.argv[1]).glob('*.gz'):
    if gzip.decompress(packed.read_bytes()) == packed.with_suffix('').read_bytes(): count += 1
    else: print('differs:', packed)
print(count)
)";

}  // namespace

TEST_CASE("Python and GNU gzip read the whole corpus back") {
  if (!testing::has_program("python3") || !testing::has_program("gzip")) return;
  const CorpusFolder folder;
  CHECK(command_output(run_command, {.argv = {"python3", "-c", compare_with_python, folder.path()}}) ==
        fmt::format("{}\n", folder.count()));
  Command test{.argv = {"gzip", "--test"}};
  for (int i = 0; i < folder.count(); ++i) test.argv.push_back(fmt::format("{}/{}.gz", folder.path(), i));
  CHECK(command_output(run_command, test).empty());
}

}  // namespace ocibuild
