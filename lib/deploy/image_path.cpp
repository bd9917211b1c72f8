// Reading paths to images.
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/deploy/images.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

[[noreturn]] void refuse_path(std::string_view text, std::string_view why) {
  throw Error{Errc::invalid_argument, fmt::format("{} is not a path to an image: {}", quote(text), why)}.add_help(
      "write it like Workflow:spec.templates[].container.image");
}

}  // namespace

ImagePath ImagePath::parse(std::string_view text) {
  ImagePath path;
  std::string_view rest = text;
  if (const std::size_t colon = rest.find(':'); colon != std::string_view::npos) {
    path.kind = rest.substr(0, colon);
    if (path.kind.empty()) refuse_path(text, "there is no kind before the colon");
    rest.remove_prefix(colon + 1);
  }
  for (bool more = true; more;) {
    const std::size_t dot = rest.find('.');
    std::string_view step = rest.substr(0, dot);
    more = dot != std::string_view::npos;
    rest.remove_prefix(more ? dot + 1 : rest.size());
    std::size_t lists = 0;
    for (; step.ends_with("[]"); ++lists) step.remove_suffix(2);
    if (step.empty() || step.find_first_of("[]") != std::string_view::npos) {
      refuse_path(text, "names are separated by dots, and [] after a name stands for every item of a list");
    }
    path.steps.emplace_back(step);
    path.steps.insert(path.steps.end(), lists, "[]");
  }
  return path;
}

}  // namespace ocibuild
