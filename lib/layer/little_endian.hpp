// Numbers in memory, lowest byte first whatever the machine prefers.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace ocibuild {

inline std::uint64_t to_little_endian(std::uint64_t number) noexcept {
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap64(number);
  return number;
}

inline std::uint32_t load32(const std::uint8_t* from) noexcept {
  std::uint32_t number;
  std::memcpy(&number, from, sizeof number);
  if constexpr (std::endian::native == std::endian::big) return __builtin_bswap32(number);
  return number;
}

inline std::uint64_t load64(const std::uint8_t* from) noexcept {
  std::uint64_t number;
  std::memcpy(&number, from, sizeof number);
  return to_little_endian(number);
}

inline void store64(std::uint64_t number, std::uint8_t* to) noexcept {
  number = to_little_endian(number);
  std::memcpy(to, &number, sizeof number);
}

}  // namespace ocibuild
