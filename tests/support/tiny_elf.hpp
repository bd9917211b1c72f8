// The smallest program that passes for a static executable: a header and one segment.
#pragma once

#include <cstdint>
#include <string>

namespace ocibuild::testing {

enum class Machine : std::uint16_t { amd64 = 62, arm64 = 183 };

/// The same bytes on every machine: a static 64-bit ELF executable with `text` behind its headers.
inline std::string tiny_elf(Machine machine, const std::string& text) {
  std::string file{
      "\x7f"
      "ELF\x02\x01\x01",
      7};
  file.append(9, '\0');
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i));
  };
  constexpr std::uint64_t base = 0x400000;
  const std::uint64_t size = 64 + 56 + text.size();
  put(2, 2), put(static_cast<std::uint16_t>(machine), 2), put(1, 4);  // ET_EXEC, machine, version
  put(base + 120, 8), put(64, 8), put(0, 8), put(0, 4);               // entry, program headers, no sections, flags
  put(64, 2), put(56, 2), put(1, 2), put(0, 2), put(0, 2), put(0, 2);
  put(1, 4), put(5, 4), put(0, 8), put(base, 8), put(base, 8);  // PT_LOAD, readable and executable, from the beginning
  put(size, 8), put(size, 8), put(0x1000, 8);
  return file + text;
}

}  // namespace ocibuild::testing
