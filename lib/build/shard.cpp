// Dealing out images.
#include "ocibuild/build/shard.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"

namespace ocibuild {
namespace {

constexpr unsigned max_shards = 1000;

auto order(const ImageId& image) {
  const Platform& platform = image.platform;
  return std::tie(platform.os, platform.architecture, platform.variant, image.component);
}

}  // namespace

Shard Shard::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const Shard shard{.number = whole_number<unsigned>(text.substr(0, slash)).value_or(0),
                      .count = whole_number<unsigned>(text.substr(slash + 1)).value_or(0)};
    if (shard.number >= 1 && shard.number <= shard.count && shard.count <= max_shards) return shard;
  }
  throw Error{Errc::invalid_argument,
              fmt::format("`{}` is no shard: expected I/N, with I from 1 to N, as in 1/3", text)};
}

unsigned parse_shard_count(std::string_view text) {
  const auto count = whole_number<unsigned>(text);
  if (count && *count >= 1 && *count <= max_shards) return *count;
  throw Error{Errc::invalid_argument, fmt::format("`{}` is no number of shards, from 1 to {}", text, max_shards)};
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
