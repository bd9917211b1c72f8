// Digests files as the program reads them and gives them to others.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// The layout of a build, in the directory of its workspace.
inline constexpr const char* standard_layout = "target/ocibuild";

/// Where the digests are when nothing else is said: beside the standard layout.
inline constexpr const char* standard_digests = "target/ocibuild/docker-image-digests.json";

/// `ocibuild 0.1.0`.
std::string generated_by();

/// Reads a file. Throws as read_file and parse_digests, with its name.
ImageDigests read_digests(const std::filesystem::path& file);

/// Reads several.
std::vector<ImageDigests> read_digests(const std::vector<std::string>& files);

/// Where digests go: to the file that was asked for, else beside the layout. The layout is made when the images went
/// elsewhere, because a later build would refuse a directory that holds files and is no layout.
std::filesystem::path digests_target(const std::optional<std::string>& wanted,
                                     const std::filesystem::path& layout = standard_layout);

/// What was asked for by `--output` and `--json`.
struct DigestsOutput {
  std::filesystem::path file;  ///< `-`: the document is the result, and no file is written
  bool json = false;           ///< the document is the result all the same; otherwise a reference on each line is
};

/// Writes the file, if there shall be one, sets the outputs of a workflow's step, and prints the result. Throws
/// Error{io}.
void give_digests(const ImageDigests& digests, const DigestsOutput& output, Session& session);

}  // namespace ocibuild
