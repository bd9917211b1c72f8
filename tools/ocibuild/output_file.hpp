// The file that an option names for output.
#pragma once

#include <filesystem>
#include <optional>

#include "ocibuild/base/bytes.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {

/// Writes to a path as a person expects it: a regular file appears complete or not at all, also behind a symlink, and a
/// device or pipe (`/dev/null`, a process substitution) is written to and stays what it is.
class OutputFile final : public Sink {
 public:
  /// Throws Error{io}.
  explicit OutputFile(const std::filesystem::path& path);

  void write(Bytes bytes) override;

  /// Publishes the file. Throws Error{io}.
  void commit();

 private:
  std::filesystem::path path_;
  std::optional<AtomicFile> file_;
  FileHandle stream_;
};

/// Writes `content` through an OutputFile; missing parent directories are made.
void write_output(const std::filesystem::path& path, std::string_view content);

}  // namespace ocibuild
