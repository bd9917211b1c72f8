// DEFLATE (RFC 1951) as a pure function of its input: the format gz1, specified in FORMAT.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer/block_compressor.hpp"
#include "layer/block_splitter.hpp"
#include "layer/match_parser.hpp"

namespace ocibuild {

/// Compresses blocks of a stream, each on its own. Large; one for each thread, used again and again.
class DeflateEncoder {
 public:
  /// The part of a DEFLATE stream for `block`, whole bytes: together with the parts before and after it is a stream.
  /// The content may refer to the history. At most 2^30 bytes.
  std::string encode(const Block& block);

 private:
  MatchParser parser_;
  BlockSplitter splitter_;
  std::vector<Sequence> sequences_;
  std::vector<std::uint8_t> output_;
};

}  // namespace ocibuild
