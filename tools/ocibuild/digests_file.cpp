// Reading, writing and printing digests.
#include "digests_file.hpp"

#include <fmt/format.h>

#include "github_actions.hpp"
#include "json_text.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/store/place.hpp"
#include "output_file.hpp"
#include "version.hpp"

namespace ocibuild {
namespace {

constexpr const char* standard_output = "-";

std::string reference_lines(const ImageDigests& digests) {
  std::string lines;
  for (const auto& [name, component] : digests.components) lines += component.reference() + "\n";
  return lines;
}

}  // namespace

std::string generated_by() {
  return fmt::format("ocibuild {}", version);
}

ImageDigests read_digests(const std::filesystem::path& file) {
  const std::string document = read_file(file, max_digests_file);
  return with_context(file.native(), [&] { return parse_digests(document); });
}

std::vector<ImageDigests> read_digests(const std::vector<std::string>& files) {
  std::vector<ImageDigests> all;
  for (const std::string& file : files) all.push_back(read_digests(std::filesystem::path{file}));
  return all;
}

std::filesystem::path digests_target(const std::optional<std::string>& wanted, const std::filesystem::path& layout) {
  if (wanted) return *wanted;
  open_for_writing({.kind = PlaceKind::layout, .path = layout});
  return layout / "docker-image-digests.json";
}

void give_digests(const ImageDigests& digests, const DigestsOutput& output, Session& session) {
  const bool has_file = output.file != standard_output;
  if (has_file) with_context("writing the digests", [&] { write_output(output.file, serialize(digests)); });
  set_outputs(digests, session.environment);
  const bool is_document = output.json || !has_file;
  session.console.result(is_document ? without_workflow_commands_in_json(serialize(digests))
                                     : reference_lines(digests));
}

}  // namespace ocibuild
