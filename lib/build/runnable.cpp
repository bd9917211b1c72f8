// The runnability proof: what the kernel and ld.so would look for, looked up in the image.
#include "ocibuild/build/runnable.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "build/library_directories.hpp"
#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

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
  std::ranges::move(standard_library_directories(question.platform), std::back_inserter(directories));
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
