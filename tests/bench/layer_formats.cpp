// Times the layer formats in one process on the same input, beside zlib and libdeflate, and holds them to their goals.
//
// Usage: layer_formats FILE. The contestants run in turn, so that a change of the machine's speed hits all of them, and
// medians are compared. Exits 1 when a goal is missed.
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include "layer/gzip.hpp"
#include "layer/zstd.hpp"
#include "ocibuild/base/file.hpp"

using namespace ocibuild;

namespace {

constexpr int rounds = 9;

struct Contestant {
  std::string name;
  std::function<std::size_t(std::string_view content)> compress;  // returns the size of what came out
  std::vector<double> seconds;
  std::size_t size = 0;

  double median() const {
    std::vector<double> sorted = seconds;
    std::nth_element(sorted.begin(), sorted.begin() + rounds / 2, sorted.end());
    return sorted[rounds / 2];
  }
};

std::size_t zlib_size(std::string_view content) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  ::deflateEnd(&stream);
  return stream.total_out;
}

std::size_t libdeflate_size(std::string_view content) {
  libdeflate_compressor* const compressor = ::libdeflate_alloc_compressor(5);
  std::string out(::libdeflate_gzip_compress_bound(compressor, content.size()), '\0');
  const std::size_t size =
      ::libdeflate_gzip_compress(compressor, content.data(), content.size(), out.data(), out.size());
  ::libdeflate_free_compressor(compressor);
  return size;
}

std::size_t block_size_of(std::string_view content, BlockFormat format, unsigned jobs) {
  CountingSink sink;
  BlockCompressor compressor{std::move(format), jobs, sink};
  compressor.write(as_bytes(content));
  compressor.finish();
  return sink.count();
}

std::function<std::size_t(std::string_view)> gz1(Verification verification, unsigned jobs) {
  return [=](std::string_view content) { return block_size_of(content, gzip_format(verification), jobs); };
}

enum Place { zlib_6, libdeflate_5, gz1_1, gz1_2, gz1_zlib, gz1_verified, zstd_3 };

std::vector<Contestant> contestants() {
  return {
      {.name = "zlib 6", .compress = zlib_size},
      {.name = "libdeflate 5", .compress = libdeflate_size},
      {.name = "gz1, 1 thread, unverified", .compress = gz1(Verification::off, 1)},
      {.name = "gz1, 2 threads, unverified", .compress = gz1(Verification::off, 2)},
      {.name = "gz1, 1 thread, verified by zlib", .compress = gz1(Verification::with_zlib, 1)},
      {.name = "gz1, 1 thread, as it is used", .compress = gz1(Verification::on, 1)},
      {.name = "zstd-3, 1 thread", .compress = [](auto content) { return block_size_of(content, zstd_format(), 1); }},
  };
}

void run(std::vector<Contestant>& all, std::string_view content) {
  for (int round = 0; round <= rounds; ++round) {  // the first one only warms up
    for (Contestant& contestant : all) {
      const auto begin = std::chrono::steady_clock::now();
      contestant.size = contestant.compress(content);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
      if (round > 0) contestant.seconds.push_back(taken.count());
    }
  }
}

/// Prints one comparison; true when it reaches its goal.
bool reaches(std::string_view what, double value, double goal) {
  const bool reached = value >= goal;
  fmt::print("  {:<46} {:6.3f}  goal {:<5}  {}\n", what, value, goal, reached ? "ok" : "MISSED");
  return reached;
}

bool judge(const std::vector<Contestant>& all) {
  const auto speed = [&](Place faster, Place slower) { return all[slower].median() / all[faster].median(); };
  const auto size = [&](Place smaller, Place larger) {
    return static_cast<double>(all[larger].size) / static_cast<double>(all[smaller].size);
  };
  const bool results[] = {
      reaches("speed of gz1 / zlib 6", speed(gz1_1, zlib_6), 3.0),
      reaches("speed of gz1 / libdeflate 5", speed(gz1_1, libdeflate_5), 1.0),
      reaches("size of zlib 6 / gz1", size(gz1_1, zlib_6), 1.0),
      reaches("speed of 2 threads / 1", speed(gz1_2, gz1_1), 1.85),
      reaches("share of compressing, verified by zlib", speed(gz1_zlib, gz1_1), 0.7),
      reaches("speed of zstd-3 / gz1", speed(zstd_3, gz1_1), 2.5),
      reaches("size of gz1 / zstd-3", size(zstd_3, gz1_1), 1.0),
  };
  return std::ranges::all_of(results, [](bool reached) { return reached; });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: layer_formats FILE\n");
    return 2;
  }
  const std::string content = read_file(argv[1], std::size_t{1} << 30);
  std::vector<Contestant> all = contestants();
  run(all, content);
  fmt::print("input: {:.1f} MB, median of {} runs in one process\n", static_cast<double>(content.size()) / 1e6, rounds);
  for (const Contestant& contestant : all) {
    const double bytes = static_cast<double>(content.size());
    fmt::print("  {:<34} {:6.3f} s  {:6.1f} MB/s  {:>10} bytes  {:.4f}\n", contestant.name, contestant.median(),
               bytes / 1e6 / contestant.median(), contestant.size, static_cast<double>(contestant.size) / bytes);
  }
  return judge(all) ? 0 : 1;
}
