// A digests file as the program gives it to others: the document, and one line for each component.
#pragma once

#include <filesystem>
#include <string>

#include "console.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// `ocibuild 0.1.0`.
std::string generated_by();

/// `image@sha256:...` of each component, one on each line.
std::string reference_lines(const ImageDigests& digests);

/// Where the digests go when nothing else is said: beside the standard layout. It is made when the images went
/// elsewhere, because a later build would refuse a directory that holds files and is no layout.
std::filesystem::path standard_digests_file(const std::filesystem::path& layout);

/// What was asked for by `--output` and `--json`.
struct DigestsOutput {
  std::filesystem::path file;  ///< `-`: the document is the result, and no file is written
  bool json = false;           ///< the document is the result all the same; otherwise the lines are
};

/// Writes the file, if there shall be one. Throws Error{io}.
void write_digests(const ImageDigests& digests, const DigestsOutput& output);

/// Prints the result. Throws Error{io}.
void print_digests(const ImageDigests& digests, const DigestsOutput& output, Console& console);

}  // namespace ocibuild
