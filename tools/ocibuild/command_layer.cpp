// ocibuild layer
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "json_text.hpp"
#include "ocibuild/layer/directory.hpp"
#include "ocibuild/layer/format.hpp"
#include "ocibuild/layer/layer.hpp"
#include "options.hpp"
#include "output_file.hpp"

namespace ocibuild {
namespace {

struct LayerCommand {
  std::string directory;
  std::string output;
  bool json = true;
  DirectoryOptions content;
  LayerOptions layer;
  std::optional<unsigned> jobs;
};

/// Counts bytes on their way into the file, for the display.
class ShownSink final : public Sink {
 public:
  ShownSink(Sink& next, Progress& progress, std::string subject)
      : next_{next}, progress_{progress}, step_{.subject = std::move(subject), .activity = "writing"} {}

  void write(Bytes bytes) override {
    next_.write(bytes);
    step_.done += bytes.size();
    progress_.update(step_);
  }

 private:
  Sink& next_;
  Progress& progress_;
  Step step_;
};

Json to_json(const Layer& layer) {
  const auto format = layer.descriptor.annotations.find(std::string{layer_format_annotation});
  return {{"schemaVersion", json_schema_version},
          {"digest", layer.descriptor.digest.string()},
          {"diffID", layer.diff_id.string()},
          {"size", layer.descriptor.size},
          {"uncompressedSize", layer.uncompressed_size},
          {"mediaType", layer.descriptor.media_type},
          {"format", format == layer.descriptor.annotations.end() ? "tar" : format->second}};
}

ExitCode run(const LayerCommand& options, Session& session) {
  const auto progress = session.start_progress();
  LayerOptions layer_options = options.layer;
  layer_options.mtime = source_date_epoch(session.environment);
  layer_options.jobs = resolve_jobs(options.jobs);
  const std::vector<FileEntry> entries = entries_from_directory(options.directory, options.content);
  session.console.detail(Verbosity::verbose, fmt::format("{}: {} entries", options.directory, entries.size()));
  OutputFile file{options.output};
  ShownSink shown{file, *progress, options.output};
  const Layer layer = write_layer(entries, layer_options, shown);
  file.commit();
  progress->finish(options.output, "");
  session.console.result(json_document(to_json(layer)));
  return ExitCode::ok;
}

}  // namespace

void add_layer_command(CommandLine& line) {
  const auto options = std::make_shared<LayerCommand>();
  CLI::App& command =
      line.add_command("layer", "Makes one reproducible layer from a directory and prints its digests and sizes",
                       [options](Session& session) { return run(*options, session); });
  add_text(command, "DIR", options->directory, "DIR", "the directory whose content becomes the layer")->required();
  add_text(command, "-o,--output", options->output, "FILE", "where the layer goes")->required();
  add_choice<Compression>(command, "--compression", options->layer.compression,
                          {{"gzip", Compression::gzip}, {"zstd", Compression::zstd}, {"none", Compression::none}},
                          "gzip (the default) is our own encoder, the same bytes everywhere");
  add_text(command, "--below", options->content.below, "PATH", "where in the image the content is; default /");
  add_choice<Owners>(command, "--owners", options->content.owners,
                     {{"root", Owners::root}, {"disk", Owners::from_disk}},
                     "whom the files belong to: root (the default), or their owners on disk");
  add_choice<Modes>(command, "--modes", options->content.modes,
                    {{"disk", Modes::from_disk}, {"normalized", Modes::normalized}},
                    "permissions: as on disk (the default), or 0755 and 0644 whatever the umask was");
  add_jobs(command, options->jobs, "threads for compression; default: one for each processor");
  command.add_flag("--json", options->json, "print the result as one JSON object, which it always is");
  command.footer("Times are those of SOURCE_DATE_EPOCH, else 0.");
}

}  // namespace ocibuild
