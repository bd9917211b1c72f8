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

}  // namespace

Layer write_layer(std::span<const FileEntry> entries, const LayerOptions& options, Sink& to) {
  const std::vector<FileEntry> ordered = ordered_entries(entries);
  HashingSink blob{to};
  const auto compressor = make_compressor(options.compression, options.jobs, blob);
  HashingSink tar{*compressor};
  TarWriter writer{tar, options.mtime};
  for (const FileEntry& entry : ordered) writer.add(entry);
  writer.finish();
  tar.finish();
  return Layer{.descriptor = {.media_type = std::string{layer_media_type(options.compression)},
                              .digest = blob.digest(),
                              .size = blob.size(),
                              .annotations = {{std::string{layer_format_annotation},
                                               std::string{format_name(options.compression)}}}},
               .diff_id = tar.digest(),
               .uncompressed_size = tar.size()};
}

}  // namespace ocibuild
