// A filesystem layer from a list of files, in one pass.
#include "ocibuild/layer/layer.hpp"

#include "layer/compressor.hpp"
#include "layer/entry_list.hpp"
#include "layer/tar_writer.hpp"
#include "ocibuild/layer/format.hpp"

namespace ocibuild {
namespace {

std::string_view layer_media_type(Compression compression) noexcept {
  switch (compression) {
    case Compression::none: return media_type::layer_tar;
    case Compression::gzip: return media_type::layer_gzip;
    case Compression::zstd: return media_type::layer_zstd;
  }
  return media_type::layer_tar;
}

/// Writes the whole archive, without finishing the sink.
void write_tar(std::span<const FileEntry> entries, std::int64_t mtime, Sink& to) {
  const std::vector<FileEntry> ordered = ordered_entries(entries);
  TarWriter writer{to, mtime};
  for (const FileEntry& entry : ordered) writer.add(entry);
  writer.finish();
}

}  // namespace

Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Sink& to) {
  HashingSink blob{to};
  const auto compressor = make_compressor(options.compression, options.jobs, blob);
  HashingSink tar{*compressor};
  write_tar(entries, options.mtime, tar);
  tar.finish();
  return Layer{.descriptor = {.media_type = std::string{layer_media_type(options.compression)},
                              .digest = blob.digest(),
                              .size = blob.size(),
                              .annotations = {{std::string{layer_format_annotation},
                                               std::string{format_name(options.compression)}}}},
               .diff_id = tar.digest(),
               .uncompressed_size = tar.size()};
}

UncompressedLayer describe_tar(std::span<const FileEntry> entries, std::int64_t mtime) {
  CountingSink nowhere;
  HashingSink tar{nowhere};
  write_tar(entries, mtime, tar);
  return {.diff_id = tar.digest(), .size = tar.size()};
}

}  // namespace ocibuild
