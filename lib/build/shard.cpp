// Dealing out images.
#include "ocibuild/build/shard.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr unsigned max_shards = 1000;

unsigned read_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? number : 0;
}

auto order(const ImageId& image) {
  const Platform& platform = image.platform;
  return std::tie(platform.os, platform.architecture, platform.variant, image.component);
}

}  // namespace

Shard Shard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const Shard shard{.number = read_number(text.substr(0, slash)), .count = read_number(text.substr(slash + 1))};
    if (shard.number >= 1 && shard.number <= shard.count && shard.count <= max_shards) return shard;
  }
  throw Error{Errc::invalid_argument,
              fmt::format("`{}` is no shard: expected I/N, with I from 1 to N, as in 1/3", text)};
}

std::string shard_tag(std::string_view revision, const Shard& shard) {
  return fmt::format("shard-{}-{}-of-{}", revision, shard.number, shard.count);
}

std::vector<bool> in_shard(const std::vector<ImageId>& images, const Shard& shard) {
  std::vector<std::size_t> positions(images.size());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  std::ranges::sort(positions, [&](std::size_t a, std::size_t b) { return order(images[a]) < order(images[b]); });
  std::vector<bool> chosen(images.size());
  for (std::size_t k = 0; k < positions.size(); ++k) {
    chosen[positions[k]] = k * shard.count / images.size() + 1 == shard.number;
  }
  return chosen;
}

}  // namespace ocibuild
