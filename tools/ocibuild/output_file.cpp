// Telling files from streams.
#include "output_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "streams.hpp"

namespace ocibuild {
namespace {

bool is_stream(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto kind = std::filesystem::status(path, unknown).type();
  return kind == std::filesystem::file_type::character || kind == std::filesystem::file_type::fifo ||
         kind == std::filesystem::file_type::socket || kind == std::filesystem::file_type::block;
}

}  // namespace

OutputFile::OutputFile(const std::filesystem::path& path) : path_{path} {
  if (is_stream(path)) {
    stream_ = FileHandle{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!stream_) throw_errno(fmt::format("opening {}", path.native()), errno);
    return;
  }
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) throw_errno(fmt::format("writing {}", path.native()), EISDIR);
  file_.emplace(behind_symlink(path));
}

void OutputFile::write(Bytes bytes) {
  if (file_) {
    file_->write(bytes);
  } else {
    write_all(stream_.get(), as_text(bytes), path_.native());
  }
}

void OutputFile::commit() {
  if (file_) file_->commit();
}

void write_output(const std::filesystem::path& path, std::string_view content) {
  if (path.has_parent_path()) ocibuild::create_directories(path.parent_path());
  OutputFile file{path};
  file.write(as_bytes(content));
  file.commit();
}

}  // namespace ocibuild
