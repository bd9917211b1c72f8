// Running the cargo commands of a plan and learning from cargo where the binaries are.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "ocibuild/build/build.hpp"

namespace ocibuild {

/// A binary by package id, name of the binary target, and target triple.
struct BinaryKey {
  std::string package_id;
  std::string binary;
  std::string triple;

  friend auto operator<=>(const BinaryKey&, const BinaryKey&) = default;
};

/// Who is told what cargo does, in the thread that runs it. Nobody may keep cargo waiting, and what they throw ends it.
struct CompileEvents {
  BuildEvents progress;
  std::function<void(const BinaryKey& key, const std::filesystem::path& file)> binary_made;
  std::function<void()> while_running;  ///< see CommandOutput
};

/// One line of `cargo build --message-format=json-render-diagnostics`, when it is about something that was compiled.
struct CompilerArtifact {
  std::string package_id;
  std::string target;                ///< name of the crate or binary
  std::string triple;                ///< empty: for the machine that builds
  std::filesystem::path executable;  ///< empty unless it is a binary
};

/// Reads a message. Messages about other things are nothing. Throws Error{invalid_document}.
std::optional<CompilerArtifact> parse_message(std::string_view line, const std::vector<std::string>& triples);

/// Runs every cargo command of the plan, one after the other. A binary is told of when cargo has put it in its place,
/// and no later command of the plan writes there: components have binaries of different names (D27), and each is
/// compiled by one command for a target. Throws Error{command_failed} when cargo fails, with its first error as a note;
/// everything it said was passed on as CargoLine.
void compile(const Plan& plan, const RunCommand& run, const BuildOptions& options, const CompileEvents& events);

}  // namespace ocibuild
