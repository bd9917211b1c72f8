// Standard and configured directories of libraries.
#include "build/library_directories.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace ocibuild {
namespace {

/// GNU's multiarch names, as Debian's ld.so searches them.
std::string_view multiarch(const Platform& platform) {
  if (platform.architecture == "amd64") return "x86_64-linux-gnu";
  if (platform.architecture == "arm64") return "aarch64-linux-gnu";
  if (platform.architecture == "arm") return "arm-linux-gnueabihf";
  if (platform.architecture == "386") return "i386-linux-gnu";
  if (platform.architecture == "riscv64") return "riscv64-linux-gnu";
  if (platform.architecture == "ppc64le") return "powerpc64le-linux-gnu";
  if (platform.architecture == "s390x") return "s390x-linux-gnu";
  return "";
}

constexpr std::string_view separators = " \t\r:,";

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  line = line.substr(0, line.find('#'));
  for (std::size_t at = line.find_first_not_of(separators); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(separators, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(separators, end);
  }
  return words;
}

void read_line(std::string_view line, LoaderConfiguration& into) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty() || words.front() == "hwcap") return;
  const bool includes = words.front() == "include";
  for (std::size_t i = includes ? 1 : 0; i < words.size(); ++i) {
    const bool absolute = words[i].starts_with('/');
    if (includes) into.includes.push_back(absolute ? std::string{words[i]} : fmt::format("/etc/{}", words[i]));
    if (!includes && absolute) into.directories.emplace_back(words[i].substr(0, words[i].find('=')));  // DIR=TYPE
  }
}

}  // namespace

std::vector<std::string> standard_library_directories(const Platform& platform) {
  std::vector<std::string> directories;
  const auto triple = multiarch(platform);
  for (const std::string_view root : {"/lib", "/usr/lib", "/usr/local/lib"}) {
    directories.emplace_back(root);
    directories.push_back(fmt::format("{}64", root));
    if (!triple.empty()) directories.push_back(fmt::format("{}/{}", root, triple));
  }
  return directories;
}

LoaderConfiguration parse_loader_configuration(std::string_view text) {
  LoaderConfiguration configuration;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    read_line(text.substr(0, end), configuration);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return configuration;
}

}  // namespace ocibuild
