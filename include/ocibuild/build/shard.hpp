// A stable share of a build, so that it can be spread over several machines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/spec/platform.hpp"

namespace ocibuild {

/// Part `number` of `count`.
struct Shard {
  unsigned number = 1;  ///< from 1
  unsigned count = 1;

  /// Reads `I/N`, as in `1/3`. Throws Error{invalid_argument}.
  static Shard parse(std::string_view text);

  bool is_whole() const noexcept { return count == 1; }

  friend bool operator==(const Shard&, const Shard&) = default;
};

/// Reads N, the number of shards. Throws Error{invalid_argument}.
unsigned parse_shard_count(std::string_view text);

/// The tag under which a registry keeps what a shard made of an image until the shards are joined:
/// `shard-REVISION-I-of-N`.
std::string shard_tag(std::string_view revision, const Shard& shard);

/// The image of one component for one platform.
struct ImageId {
  std::string_view component;
  Platform platform;
};

/// Which of `images` belong to the shard, in their order. Every image belongs to exactly one of the `count` shards,
/// whoever asks; none has more than one image more than another. Images for one platform stay together as far as that
/// allows, since cargo compiles what they share once for each platform. A shard can be empty.
std::vector<bool> in_shard(const std::vector<ImageId>& images, const Shard& shard);

}  // namespace ocibuild
