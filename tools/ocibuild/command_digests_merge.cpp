// ocibuild digests merge
#include <memory>

#include "commands.hpp"
#include "digests_file.hpp"
#include "options.hpp"

namespace ocibuild {
namespace {

struct MergeCommand {
  std::vector<std::string> files;
  std::string output = "-";
  bool json = false;
};

ExitCode run(const MergeCommand& options, Session& session) {
  ImageDigests whole = merge_digests(read_digests(options.files));
  whole.generated_by = generated_by();
  give_digests(whole, {.file = options.output, .json = options.json}, session);
  return ExitCode::ok;
}

}  // namespace

void add_digests_merge_command(CommandLine& line, CLI::App& digests) {
  const auto options = std::make_shared<MergeCommand>();
  CLI::App& command =
      line.add_command(digests, "merge", "Joins the digests files of a build that was spread over several jobs",
                       [options](Session& session) { return run(*options, session); });
  add_list(command, "FILE", options->files, "FILE", "what `ocibuild build --digests FILE` wrote in each job")
      ->required();
  add_text(command, "-o,--output", options->output, "FILE",
           "the joined file; standard output then has the pinned names; default: the file is what is printed");
  add_json_flag(command, options->json, "the joined file");
  command.footer(
      "Each job may have built some components, or some platforms, or both. A component that was built for\n"
      "one platform in each job gets a joint index, which `ocibuild digests merge` names but does not push.");
}

}  // namespace ocibuild
