// Writing the files that GitHub Actions names in the environment.
#include "github_actions.hpp"

#include <random>

#include <fcntl.h>
#include <fmt/format.h>

#include "json_text.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"
#include "streams.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

std::string random_delimiter() {
  std::random_device chance;
  std::string text = "ocibuild_";
  for (int i = 0; i < 4; ++i) text += fmt::format("{:08x}", static_cast<std::uint32_t>(chance()));
  return text;
}

/// Other steps and programs write there as well.
void append(const std::string& variable, std::string_view text, const Environment& environment) {
  if (!in_github_actions(environment) || !is_set(environment, variable)) return;
  const std::string path = value_of(environment, variable);
  const FileHandle file{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666)};
  if (!file) throw_errno(fmt::format("opening {}, which {} names", path, variable), errno);
  write_all(file.get(), text, path);
}

}  // namespace

bool in_github_actions(const Environment& environment) {
  return value_of(environment, "GITHUB_ACTIONS") == "true";
}

std::string output_entry(std::string_view name, std::string_view value) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (name.empty() || name.find_first_not_of(allowed) != std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("`{}` cannot name an output of a workflow", name)};
  }
  std::string delimiter = random_delimiter();
  while (value.find(delimiter) != std::string_view::npos) delimiter = random_delimiter();
  return fmt::format("{}<<{}\n{}\n{}\n", name, delimiter, value, delimiter);
}

void set_outputs(const ImageDigests& digests, const Environment& environment) {
  Json map = Json::object();
  std::string images;
  std::string single;
  for (const auto& [name, component] : digests.components) {
    map[name] = component.digest.string();
    images += fmt::format("{}{}", images.empty() ? "" : "\n", component.reference());
    single += output_entry(name + "-digest", component.digest.string());
  }
  append("GITHUB_OUTPUT", output_entry("digests", json_text(map)) + output_entry("images", images) + single,
         environment);
}

void add_step_summary(std::string_view markdown, const Environment& environment) {
  append("GITHUB_STEP_SUMMARY", markdown, environment);
}

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : terminal_text(text)) {
    constexpr std::string_view special = "\\`*_{}[]<>()#+!|~&$:@";
    // A character reference is text in Markdown as in HTML: no link, no mention, no end of a cell comes of it.
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("&#{};", static_cast<int>(c));
    }
  }
  return out;
}

}  // namespace ocibuild
