// Filling templates.
#include "ocibuild/build/tags.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"

namespace ocibuild {
namespace {

Error unknown_placeholder(std::string_view text, std::string_view name, const StringMap& values) {
  std::vector<std::string> known;
  std::string list;
  for (const auto& [key, value] : values) {
    known.push_back(key);
    list += fmt::format("{}`{{{}}}`", list.empty() ? "" : ", ", key);
  }
  Error error{Errc::invalid_document, fmt::format("template `{}` has an unknown placeholder `{{{}}}`", text, name)};
  error.add_note(fmt::format("known here: {}", list));
  error.add_help(fmt::format("did you mean `{{{}}}`?", nearest(name, known)));
  return error;
}

Error lone_brace(std::string_view text, char brace) {
  return Error{Errc::invalid_document, fmt::format("template `{}` has a `{}` without its partner", text, brace)};
}

}  // namespace

std::string fill_template(std::string_view text, const StringMap& values) {
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      filled += c;
      continue;
    }
    if (text.substr(i + 1).starts_with(c)) {
      filled += c;
      ++i;
      continue;
    }
    const std::size_t end = c == '{' ? text.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) throw lone_brace(text, c);
    const std::string name{text.substr(i + 1, end - i - 1)};
    const auto value = values.find(name);
    if (value == values.end()) throw unknown_placeholder(text, name, values);
    filled += value->second;
    i = end;
  }
  return filled;
}

}  // namespace ocibuild
