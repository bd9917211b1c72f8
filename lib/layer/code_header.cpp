// Choosing codes for a block and describing them.
#include "layer/code_header.hpp"

#include <algorithm>
#include <span>

#include "layer/huffman.hpp"

namespace ocibuild {
namespace {

constexpr unsigned max_code_length = 15;
constexpr unsigned max_item_code_length = 7;
constexpr std::uint8_t repeat_previous = 16;  // 3-6 times
constexpr std::uint8_t few_zeros = 17;        // 3-10
constexpr std::uint8_t many_zeros = 18;       // 11-138
constexpr std::array<std::uint8_t, 19> item_order = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

constexpr unsigned extra_bits(std::uint8_t symbol) {
  switch (symbol) {
    case repeat_previous: return 2;
    case few_zeros: return 3;
    case many_zeros: return 7;
    default: return 0;
  }
}

}  // namespace

CodeLengths fixed_code_lengths() noexcept {
  CodeLengths lengths;
  for (std::size_t i = 0; i < lengths.literals.size(); ++i) {
    lengths.literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  }
  lengths.distances.fill(5);
  return lengths;
}

CodeLengths best_code_lengths(const Histogram& used) noexcept {
  CodeLengths lengths;
  build_code_lengths(used.literals, max_code_length, std::span{lengths.literals}.first<literal_symbols>());
  build_code_lengths(used.distances, max_code_length, lengths.distances);
  const bool none =
      std::all_of(lengths.distances.begin(), lengths.distances.end(), [](auto length) { return length == 0; });
  if (none) lengths.distances[0] = 1;
  return lengths;
}

std::uint64_t coded_size(const Histogram& used, const CodeLengths& lengths) noexcept {
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < literal_symbols; ++i) {
    const std::uint32_t extra = i < first_length_symbol ? 0 : length_extra[i - first_length_symbol].bits;
    size += std::uint64_t{used.literals[i]} * (lengths.literals[i] + extra);
  }
  for (std::size_t i = 0; i < distance_symbols; ++i) {
    size += std::uint64_t{used.distances[i]} * (lengths.distances[i] + std::uint32_t{distance_extra[i].bits});
  }
  return size;
}

CodeHeader::CodeHeader(const CodeLengths& lengths) noexcept {
  while (lengths.literals[literal_count_ - 1] == 0)
    --literal_count_;  // ends at 257 at the latest: the end of block is used
  while (distance_count_ > 1 && lengths.distances[distance_count_ - 1] == 0) --distance_count_;
  std::array<std::uint8_t, literal_symbols + distance_symbols> all;
  const auto middle = std::copy_n(lengths.literals.begin(), literal_count_, all.begin());
  const auto end = std::copy_n(lengths.distances.begin(), distance_count_, middle);
  for (auto run = all.begin(); run != end;) {
    const auto run_end = std::find_if(run, end, [length = *run](std::uint8_t other) { return other != length; });
    add_run(*run, static_cast<std::size_t>(run_end - run));
    run = run_end;
  }
  std::array<std::uint32_t, symbols> counts{};
  for (std::size_t i = 0; i < item_count_; ++i) ++counts[items_[i].symbol];
  build_code_lengths(counts, max_item_code_length, lengths_);
  assign_codes(lengths_, codes_);
  while (written_lengths_ > 4 && lengths_[item_order[written_lengths_ - 1]] == 0) --written_lengths_;
}

/// Runs as long as possible first; what is left and too short for a run is written out.
void CodeHeader::add_run(std::uint8_t length, std::size_t count) noexcept {
  if (length == 0) {
    for (; count >= 11; count -= std::min<std::size_t>(count, 138))
      add(many_zeros, std::min<std::size_t>(count, 138) - 11);
    if (count >= 3) {
      add(few_zeros, count - 3);
      count = 0;
    }
  } else {
    add(length, 0);
    for (--count; count >= 3; count -= std::min<std::size_t>(count, 6)) {
      add(repeat_previous, std::min<std::size_t>(count, 6) - 3);
    }
  }
  for (; count > 0; --count) add(length, 0);
}

void CodeHeader::add(std::uint8_t symbol, std::size_t extra) noexcept {
  items_[item_count_++] = {.symbol = symbol, .extra = static_cast<std::uint8_t>(extra)};
}

std::uint64_t CodeHeader::size() const noexcept {
  std::uint64_t size = 5 + 5 + 4 + 3 * written_lengths_;
  for (std::size_t i = 0; i < item_count_; ++i) size += lengths_[items_[i].symbol] + extra_bits(items_[i].symbol);
  return size;
}

void CodeHeader::write(BitWriter& writer) const noexcept {
  writer.put(literal_count_ - 257, 5);
  writer.put(distance_count_ - 1, 5);
  writer.put(written_lengths_ - 4, 4);
  writer.flush();
  for (std::size_t i = 0; i < written_lengths_; ++i) {
    writer.put(lengths_[item_order[i]], 3);
    writer.flush();
  }
  for (std::size_t i = 0; i < item_count_; ++i) {
    const Item item = items_[i];
    writer.put(codes_[item.symbol], lengths_[item.symbol]);
    writer.put(item.extra, extra_bits(item.symbol));
    writer.flush();
  }
}

}  // namespace ocibuild
