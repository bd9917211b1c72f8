// Runs a fuzz target without a fuzzer: over every seed of a folder and over fixed mutations of each, so that ordinary
// builds keep the targets alive and replay what a fuzzer once found. Usage: TARGET SEED_FOLDER
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

constexpr int mutations_of_each = 64;

/// xorshift64*: the same numbers on every machine.
class Numbers {
 public:
  std::size_t below(std::size_t limit) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::size_t>((state_ * 2685821657736338717U) >> 32) % limit;
  }

 private:
  std::uint64_t state_ = 88172645463325252U;
};

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

/// Changes a few bytes, and sometimes cuts the end off or doubles a piece.
std::string mutate(std::string input, Numbers& numbers) {
  if (input.empty()) input.assign(1 + numbers.below(64), '\0');
  for (std::size_t i = numbers.below(4) + 1; i > 0; --i) {
    input[numbers.below(input.size())] ^= static_cast<char>(1 + numbers.below(255));
  }
  if (numbers.below(4) == 0) input.resize(numbers.below(input.size()) + 1);
  if (numbers.below(4) == 0) input.insert(numbers.below(input.size()), input.substr(numbers.below(input.size()), 32));
  return input;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: TARGET SEED_FOLDER\n", stderr);
    return 2;
  }
  Numbers numbers;
  std::vector<std::string> inputs{std::string{}};
  for (const auto& path : files_in(argv[1])) {
    std::ifstream file{path, std::ios::binary};
    inputs.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
  }
  for (const std::string& input : inputs) {
    run(input);
    for (int i = 0; i < mutations_of_each; ++i) run(mutate(input, numbers));
  }
  std::printf("%zu inputs with %d mutations each\n", inputs.size(), mutations_of_each);
  return 0;
}
