// The inputs that gz1 is held against: sizes compared with zlib, and read back by others.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ocibuild {

struct NamedInput {
  std::string name;
  std::function<std::string()> make;  ///< its bytes, the same on every machine
};

/// Some hundred inputs: tiny ones, small alphabets, periods, random data with and without repeats, text, tables, code,
/// and sizes around the borders of blocks.
std::vector<NamedInput> gz1_corpus();

}  // namespace ocibuild
