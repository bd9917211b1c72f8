// Writing and printing digests.
#include "digests_report.hpp"

#include <fmt/format.h>

#include "json_text.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/store/place.hpp"
#include "output_file.hpp"
#include "version.hpp"

namespace ocibuild {
namespace {

constexpr const char* standard_output = "-";

}  // namespace

std::string generated_by() {
  return fmt::format("ocibuild {}", version);
}

std::string reference_lines(const ImageDigests& digests) {
  std::string lines;
  for (const auto& [name, component] : digests.components) lines += component.reference() + "\n";
  return lines;
}

std::filesystem::path standard_digests_file(const std::filesystem::path& layout) {
  open_for_writing({.kind = PlaceKind::layout, .path = layout});
  return layout / "docker-image-digests.json";
}

void write_digests(const ImageDigests& digests, const DigestsOutput& output) {
  if (output.file == standard_output) return;
  with_context("writing the digests", [&] { write_output(output.file, serialize(digests)); });
}

void print_digests(const ImageDigests& digests, const DigestsOutput& output, Console& console) {
  const bool is_document = output.json || output.file == standard_output;
  console.result(is_document ? without_workflow_commands_in_json(serialize(digests)) : reference_lines(digests));
}

}  // namespace ocibuild
