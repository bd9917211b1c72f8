// The order of calls of SampleNumbers matters, and C++ leaves the order of operands and arguments open: one call for
// each statement.
#include "layer/sample_data.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace ocibuild {
namespace {

constexpr std::string_view symbols = "ACGTabcdefghijklmnopqrstuvwxyzBDEFHIJKLMNOPQRSUVWXYZ0123456789+/";

void append_number(std::string& to, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

std::string word(std::uint64_t seed) {
  SampleNumbers numbers{seed};
  const std::uint32_t shortest = 2 + numbers.below(3);
  return random_symbols(shortest + numbers.below(6), 24, seed);
}

}  // namespace

std::uint32_t SampleNumbers::below(std::uint32_t limit) {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<std::uint32_t>((state_ * 2685821657736338717U >> 32) * limit >> 32);
}

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  SampleNumbers numbers{seed};
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(numbers.below(256));
  return bytes;
}

std::string random_symbols(std::size_t size, std::uint32_t alphabet, std::uint64_t seed) {
  SampleNumbers numbers{seed};
  std::string text(size, '\0');
  for (char& c : text) c = symbols[numbers.below(alphabet)];
  return text;
}

std::string periodic(std::size_t size, std::size_t period) {
  std::string bytes = random_bytes(std::min(size, period), period);
  while (bytes.size() < size) bytes.push_back(bytes[bytes.size() - period]);
  return bytes;
}

std::string sparse_records(std::size_t size, std::size_t period, std::uint32_t changing) {
  SampleNumbers numbers{period};
  std::string record(period, '\0');
  for (std::size_t i = 0; i < period; i += 1 + period / 4) record[i] = static_cast<char>(numbers.below(256));
  std::string bytes;
  while (bytes.size() < size) {
    for (std::uint32_t i = 0; i < changing; ++i) {
      record[numbers.below(static_cast<std::uint32_t>(period))] = static_cast<char>(numbers.below(2));
    }
    bytes += record;
  }
  bytes.resize(size);
  return bytes;
}

std::string sparse_repeats(std::size_t size, std::uint32_t length, std::uint32_t gap) {
  SampleNumbers numbers{length};
  std::string bytes = random_bytes(std::min<std::size_t>(size, 4096), gap);
  while (bytes.size() < size) {
    const auto reach = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 32768));
    bytes += bytes.substr(bytes.size() - length - numbers.below(reach - length), length);
    bytes += random_bytes(gap, bytes.size());
  }
  bytes.resize(size);
  return bytes;
}

std::string prose(std::size_t size, std::uint64_t seed) {
  SampleNumbers numbers{seed};
  std::string text;
  while (text.size() < size) {
    const std::uint32_t rare = numbers.below(8) == 0 ? 4000 : 200;
    text += word(1 + numbers.below(1 + numbers.below(rare)));
    const std::uint32_t mark = numbers.below(24);
    text += mark == 0 ? ".\n" : mark < 3 ? ", " : " ";
  }
  text.resize(size);
  return text;
}

std::string json_lines(std::size_t size) {
  SampleNumbers numbers{7};
  std::string text;
  for (std::uint32_t id = 0; text.size() < size; ++id) {
    const std::string_view level = numbers.below(5) == 0 ? "warning" : "info";
    const std::string user = word(1 + numbers.below(50));
    const std::uint32_t bytes = numbers.below(100000);
    const std::uint32_t length = 20 + numbers.below(60);
    text += fmt::format(R"({{"id":{},"level":"{}","user":"{}","bytes":{},"message":"{}"}})", id, level, user, bytes,
                        prose(length, 1 + numbers.below(1000)));
    text += '\n';
  }
  text.resize(size);
  return text;
}

std::string base64_lines(std::size_t size) {
  std::string text;
  for (std::uint64_t line = 1; text.size() < size; ++line) text += random_symbols(76, 64, line) + '\n';
  text.resize(size);
  return text;
}

std::string binary_table(std::size_t size) {
  SampleNumbers numbers{11};
  std::string bytes;
  for (std::uint32_t address = 0x401000; bytes.size() < size; address += 4 * (1 + numbers.below(64))) {
    append_number(bytes, address, 4);
    append_number(bytes, numbers.below(3), 4);
    append_number(bytes, numbers.below(1 + numbers.below(4096)), 8);
  }
  bytes.resize(size);
  return bytes;
}

std::string machine_code(std::size_t size) {
  constexpr std::array<std::string_view, 12> opcodes = {"\x48\x89", "\x48\x8b", "\xe8",     "\x0f\x84",
                                                        "\x48\x8d", "\x85\xc0", "\xc3\xcc", "\x41\x57",
                                                        "\x31",     "\x83",     "\xff\x15", "\x4c\x8b"};
  SampleNumbers numbers{13};
  std::string bytes;
  while (bytes.size() < size) {
    const std::uint32_t kind = numbers.below(1 + numbers.below(12));
    bytes += opcodes[kind];
    const std::uint32_t destination = numbers.below(8);
    bytes.push_back(static_cast<char>(0x40 + 8 * destination + numbers.below(6)));
    if (kind % 3 == 2) append_number(bytes, 0x1000 + 16 * numbers.below(1 + numbers.below(20000)), 4);
    if (kind % 3 == 1) bytes.push_back(static_cast<char>(8 * numbers.below(16)));
  }
  bytes.resize(size);
  return bytes;
}

std::string tar_of_small_files(std::size_t size) {
  SampleNumbers numbers{17};
  std::string bytes;
  while (bytes.size() < size) {
    const std::uint32_t length = numbers.below(3000);
    const std::string folder = word(1 + numbers.below(20));
    std::string header = fmt::format("usr/share/{}/{}.txt", folder, word(1 + numbers.below(5000)));
    header.resize(100);
    header += fmt::format("{:07o}", 0644) + '\0' + std::string("0000000\0000000000\0", 16);
    header += fmt::format("{:011o}", length) + '\0' + "00000000000" + '\0' + "012345" + std::string("\0 0", 3);
    header.resize(257);
    header += std::string("ustar\00000", 8);
    header.resize(512);
    bytes += header + prose(length, 1 + numbers.below(100));
    bytes.resize((bytes.size() + 511) / 512 * 512);
  }
  bytes.resize(size);
  return bytes;
}

std::string mixture(std::size_t size, std::size_t piece) {
  std::string bytes;
  for (std::uint64_t seed = 1; bytes.size() < size; ++seed) {
    bytes += random_bytes(piece, seed) + prose(piece, seed) + std::string(piece, '\0') + machine_code(piece);
    bytes += random_symbols(piece, 4, seed) + json_lines(piece) + binary_table(piece) + periodic(piece, 300 + seed);
    bytes += base64_lines(piece) + sparse_repeats(piece, 12, 100) + tar_of_small_files(piece);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace ocibuild
