// The runnability proof: what the kernel and ld.so would look for, looked up in the image.
#include "ocibuild/build/runnable.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

constexpr int max_links = 40;  // as the kernel, path_resolution(7)

/// Splits a path into its parts, without empty ones and `.`.
std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

std::string normal(std::string_view path) {
  std::string result;
  for (const auto& part : parts_of(path)) {
    if (part == "..") {
      result.resize(result.empty() ? 0 : result.rfind('/'));
    } else {
      result += '/' + part;
    }
  }
  return result;
}

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

std::string directory_of(std::string_view path) {
  return std::string{path.substr(0, path.rfind('/'))};
}

std::string expand_origin(std::string text, std::string_view binary) {
  for (const std::string_view name : {"${ORIGIN}", "$ORIGIN"}) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      text.replace(at, name.size(), directory_of(binary));
      at += directory_of(binary).size();
    }
  }
  return text;
}

std::vector<std::string> search_path(const RunnabilityQuestion& question) {
  std::vector<std::string> directories;
  for (const auto& directory : question.facts.library_path) {
    directories.push_back(expand_origin(directory, question.binary));
  }
  std::ranges::copy(question.contents.library_directories(), std::back_inserter(directories));
  const auto triple = multiarch(question.platform);
  for (const std::string_view root : {"/lib", "/usr/lib", "/usr/local/lib"}) {
    directories.emplace_back(root);
    directories.push_back(fmt::format("{}64", root));
    if (!triple.empty()) directories.push_back(fmt::format("{}/{}", root, triple));
  }
  return directories;
}

bool finds_library(const RunnabilityQuestion& question, const std::string& library) {
  if (library.find('/') != std::string::npos)
    return question.contents.contains(expand_origin(library, question.binary));
  return std::ranges::any_of(search_path(question), [&](const auto& directory) {
    return question.contents.contains(fmt::format("{}/{}", directory, library));
  });
}

void examine_machine(const RunnabilityQuestion& question, Runnability& outcome) {
  if (question.facts.kind != ElfKind::executable && question.facts.kind != ElfKind::position_independent) {
    outcome.problems.push_back(fmt::format("{} is not an executable", question.binary));
  }
  if (satisfies(question.facts.platform, question.platform)) return;
  outcome.problems.push_back(fmt::format("{} is for {}, its image for {}", question.binary,
                                         question.facts.platform.string(), question.platform.string()));
}

void examine_glibc(const RunnabilityQuestion& question, Runnability& outcome) {
  const auto& floor = question.facts.glibc_floor;
  const auto& offered = question.contents.glibc();
  if (!floor || !offered || *floor <= *offered) return;
  outcome.problems.push_back(
      fmt::format("{} needs glibc {}, the image has {}", question.binary, floor->string(), offered->string()));
  outcome.help.push_back(fmt::format("choose a base with glibc {} or newer, or build statically", floor->string()));
}

void examine_libraries(const RunnabilityQuestion& question, Runnability& outcome) {
  const auto& interpreter = question.facts.interpreter;
  if (!interpreter.empty() && !question.contents.contains(interpreter)) {
    outcome.problems.push_back(fmt::format("{} is dynamically linked, and its interpreter {} is not in the image",
                                           question.binary, interpreter));
  }
  for (const auto& library : question.facts.needed) {
    if (finds_library(question, library)) continue;
    outcome.problems.push_back(fmt::format("{} needs {}, which is not in the image", question.binary, library));
  }
}

/// The two ways out for a dynamic binary whose libraries are missing.
void add_ways_out(const RunnabilityQuestion& question, Runnability& outcome) {
  if (question.facts.linking != ElfLinking::dynamic || outcome.problems.empty()) return;
  const std::string_view machine = question.platform.architecture == "amd64"   ? "x86_64"
                                   : question.platform.architecture == "arm64" ? "aarch64"
                                                                               : "ARCHITECTURE";
  outcome.help.push_back(
      fmt::format("build it statically: `rustup target add {}-unknown-linux-musl`, or `-C target-feature=+crt-static` "
                  "for the gnu target",
                  machine));
  if (question.facts.c_library == CLibrary::musl) {
    outcome.help.emplace_back("or choose a base image with musl, for example `base = \"alpine:3\"`");
  } else {
    outcome.help.emplace_back(
        "or choose a base image with glibc, for example `base = \"gcr.io/distroless/cc-debian12\"`");
  }
}

void note_limits(const RunnabilityQuestion& question, Runnability& outcome) {
  if (question.facts.linking == ElfLinking::dynamic || question.facts.c_library != CLibrary::gnu) return;
  outcome.notes.push_back(fmt::format(
      "{} contains glibc statically: host and user names are looked up through NSS libraries it cannot load "
      "(getaddrinfo knows only /etc/hosts and DNS, if that), and dlopen, iconv and locales do not work; "
      "musl has no such limits",
      question.binary));
}

}  // namespace

void ImageContents::add_file(std::string_view path) {
  entries_[normal(path)] = std::nullopt;
}

void ImageContents::add_symlink(std::string_view path, std::string_view target) {
  entries_[normal(path)] = std::string{target};
}

void ImageContents::add_library_directory(std::string_view path) {
  library_directories_.push_back(normal(path));
}

bool ImageContents::contains(std::string_view path) const {
  auto left = parts_of(path);
  std::ranges::reverse(left);  // the next part is at the back
  std::string at;
  int links = 0;
  while (!left.empty()) {
    const auto part = std::move(left.back());
    left.pop_back();
    if (part == "..") {
      at.resize(at.empty() ? 0 : at.rfind('/'));
      continue;
    }
    const auto here = at + '/' + part;
    const auto entry = entries_.find(here);
    if (entry == entries_.end() || !entry->second) {
      at = here;
      continue;
    }
    if (++links > max_links) return false;
    if (entry->second->starts_with('/')) at.clear();
    auto target = parts_of(*entry->second);
    std::ranges::reverse(target);
    std::ranges::move(target, std::back_inserter(left));
  }
  return entries_.contains(at);
}

Runnability prove_runnable(const RunnabilityQuestion& question) {
  Runnability outcome;
  examine_machine(question, outcome);
  if (!outcome.problems.empty()) return outcome;  // libraries of another machine say nothing
  examine_libraries(question, outcome);
  add_ways_out(question, outcome);
  examine_glibc(question, outcome);
  note_limits(question, outcome);
  return outcome;
}

std::vector<std::string> require_runnable(const RunnabilityQuestion& question) {
  auto outcome = prove_runnable(question);
  if (outcome.runs()) return std::move(outcome.notes);
  Error error{Errc::unsupported, outcome.problems.front()};
  for (const auto& problem : std::span{outcome.problems}.subspan(1)) error.add_note(problem);
  for (auto& help : outcome.help) error.add_help(std::move(help));
  throw error;
}

}  // namespace ocibuild
