// Running the cargo commands of a plan and learning from cargo where the binaries are.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "ocibuild/build/build.hpp"

namespace ocibuild {

/// A binary by package id, name of the binary target, and target triple.
struct BinaryKey {
  std::string package_id;
  std::string binary;
  std::string triple;

  friend auto operator<=>(const BinaryKey&, const BinaryKey&) = default;
};

using CompiledBinaries = std::map<BinaryKey, std::filesystem::path>;

/// One line of `cargo build --message-format=json-render-diagnostics`, when it is about something that was compiled.
struct CompilerArtifact {
  std::string package_id;
  std::string target;                ///< name of the crate or binary
  std::string triple;                ///< empty: for the machine that builds
  std::filesystem::path executable;  ///< empty unless it is a binary
};

/// Reads a message. Messages about other things are nothing. Throws Error{invalid_document}.
std::optional<CompilerArtifact> parse_message(std::string_view line, const std::vector<std::string>& triples);

/// Runs every cargo command of the plan, one after the other. Throws Error{command_failed} when cargo fails, with its
/// first error as a note; everything it said was passed on as CargoLine.
CompiledBinaries compile(const Plan& plan, const RunCommand& run, const BuildOptions& options,
                         const BuildEvents& events);

}  // namespace ocibuild
