#include "layer/gz1_corpus.hpp"

#include <fmt/format.h>

#include "layer/sample_data.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t block = 1 << 20;

void add_tiny(std::vector<NamedInput>& inputs) {
  for (std::size_t size = 0; size <= 300; size += size < 40 ? 1 : 13) {
    inputs.push_back({fmt::format("prose of {}", size), [size] { return prose(size, 3); }});
    inputs.push_back({fmt::format("json of {}", size), [size] { return json_lines(size); }});
    inputs.push_back({fmt::format("one symbol, {} times", size), [size] { return std::string(size, 'a'); }});
    inputs.push_back({fmt::format("random of {}", size), [size] { return random_bytes(size); }});
    inputs.push_back(
        {fmt::format("abc of {}", size), [size] { return std::string{"abc"} + std::string(size, 'x') + "abc"; }});
  }
}

void add_tiny_periods(std::vector<NamedInput>& inputs) {
  for (std::size_t period = 1; period <= 9; ++period) {
    for (std::size_t size = period + 1; size <= 30; ++size) {
      inputs.push_back({fmt::format("{} bytes of period {}", size, period), [=] { return periodic(size, period); }});
    }
  }
}

void add_alphabets(std::vector<NamedInput>& inputs) {
  for (const std::uint32_t alphabet : {2U, 3U, 4U, 5U, 8U, 10U, 16U, 32U, 64U}) {
    for (const std::size_t size : {20U, 100U, 1000U, 4096U, 5000U, 20000U, 300000U}) {
      inputs.push_back(
          {fmt::format("{} random symbols out of {}", size, alphabet), [=] { return random_symbols(size, alphabet); }});
    }
  }
}

void add_periods(std::vector<NamedInput>& inputs) {
  for (std::size_t period = 1; period <= 300; period += 1 + period / 16) {
    inputs.push_back({fmt::format("period {}", period), [=] { return periodic(3 * period + 1000, period); }});
    inputs.push_back({fmt::format("long period {}", period), [=] { return periodic(70000, period); }});
  }
  for (const std::size_t period : {1000U, 4095U, 4096U, 4097U, 16384U, 32767U, 32768U, 32769U, 40000U}) {
    inputs.push_back({fmt::format("period {}", period), [=] { return periodic(150000, period); }});
  }
}

void add_repeats(std::vector<NamedInput>& inputs) {
  for (const std::uint32_t length : {3U, 4U, 5U, 6U, 8U, 12U, 16U, 32U, 100U, 258U, 300U}) {
    for (const std::uint32_t gap : {1U, 4U, 16U, 60U, 64U, 100U, 300U, 1000U, 5000U}) {
      inputs.push_back({fmt::format("repeats of {} in gaps of {}", length, gap),
                        [=] { return sparse_repeats(200000, length, gap); }});
    }
  }
}

void add_records(std::vector<NamedInput>& inputs) {
  for (const std::size_t period : {16U, 40U, 64U, 100U, 200U, 258U, 300U, 512U, 1000U, 4096U, 20000U}) {
    for (const std::uint32_t changing : {0U, 1U, 5U}) {
      for (const std::size_t size : {7000U, 150000U}) {
        inputs.push_back({fmt::format("{} bytes of records of {}, {} changing", size, period, changing),
                          [=] { return sparse_records(size, period, changing); }});
      }
    }
  }
}

void add_kinds(std::vector<NamedInput>& inputs) {
  using Make = std::string (*)(std::size_t);
  const std::pair<const char*, Make> kinds[] = {
      {"prose", [](std::size_t size) { return prose(size); }},
      {"json", json_lines},
      {"base64", base64_lines},
      {"table", binary_table},
      {"code", machine_code},
      {"tar", tar_of_small_files},
      {"random", [](std::size_t size) { return random_bytes(size); }},
      {"zeros", [](std::size_t size) { return std::string(size, '\0'); }},
      {"mixture", [](std::size_t size) { return mixture(size, 3000); }},
      {"coarse mixture", [](std::size_t size) { return mixture(size, 50000); }},
  };
  for (const auto& [name, make] : kinds) {
    for (const std::size_t size : {500UL, 2000UL, 4095UL, 4096UL, 4097UL, 10000UL, 65535UL, 65536UL, 400000UL}) {
      inputs.push_back({fmt::format("{} of {}", name, size), [make = make, size] { return make(size); }});
    }
  }
  for (const std::size_t size : {block - 1, block, block + 1, block + 40000, 2 * block, 2 * block + 1}) {
    inputs.push_back({fmt::format("mixture of {}", size), [size] { return mixture(size, 20000); }});
    inputs.push_back({fmt::format("zeros of {}", size), [size] { return std::string(size, '\0'); }});
    inputs.push_back({fmt::format("random of {}", size), [size] { return random_bytes(size); }});
  }
}

}  // namespace

std::vector<NamedInput> gz1_corpus() {
  std::vector<NamedInput> inputs;
  add_tiny(inputs);
  add_tiny_periods(inputs);
  add_alphabets(inputs);
  add_periods(inputs);
  add_repeats(inputs);
  add_records(inputs);
  add_kinds(inputs);
  return inputs;
}

}  // namespace ocibuild
