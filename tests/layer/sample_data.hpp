// Inputs for compression tests, made by integer arithmetic so that they are the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace ocibuild {

/// xorshift64*.
class SampleNumbers {
 public:
  explicit SampleNumbers(std::uint64_t seed) : state_{seed * 2 + 1} {}

  /// The next number, below `limit`.
  std::uint32_t below(std::uint32_t limit);

 private:
  std::uint64_t state_;
};

std::string random_bytes(std::size_t size, std::uint64_t seed = 1);

/// Random symbols out of the first `alphabet` of "ACGT..." (at most 64).
std::string random_symbols(std::size_t size, std::uint32_t alphabet, std::uint64_t seed = 1);

/// `period` random bytes again and again.
std::string periodic(std::size_t size, std::size_t period);

/// Records of `period` bytes that are zero but for a few, of which `changing` differ from record to record.
std::string sparse_records(std::size_t size, std::size_t period, std::uint32_t changing);

/// Random bytes in which pieces of `length` bytes from up to 32 KiB before return after gaps of `gap` bytes.
std::string sparse_repeats(std::size_t size, std::uint32_t length, std::uint32_t gap);

/// Words of a small language, in sentences and lines.
std::string prose(std::size_t size, std::uint64_t seed = 1);

std::string json_lines(std::size_t size);
std::string base64_lines(std::size_t size);

/// Records of a rising u32, a few flags and a small u64: the tables in executables.
std::string binary_table(std::size_t size);

/// Something like machine code: few opcodes, registers, small displacements, repeated addresses.
std::string machine_code(std::size_t size);

/// Small tar members: headers with octal numbers, and padding.
std::string tar_of_small_files(std::size_t size);

/// All of the above, one after the other in pieces of `piece` bytes, again and again.
std::string mixture(std::size_t size, std::size_t piece);

}  // namespace ocibuild
