// One fact to a line, its name in a column of its own.
#include "facts_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ocibuild/layer/format.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

/// Collects lines; every value goes through terminal_text.
class Page {
 public:
  explicit Page(const FactsStyle& style) : style_{style} {}

  void heading(std::size_t indent, std::string_view text) {
    text_ += std::string(indent, ' ') + style_.style.paint(Ink::strong, terminal_text(text)) + "\n";
  }

  /// A value with no name, for what needs the whole width.
  void line(std::size_t indent, std::string_view value) {
    text_ += fmt::format("{}{}\n", std::string(indent, ' '), terminal_text(value));
  }

  /// One line for each value, the name only before the first; nothing without values.
  void fact(std::string_view name, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      const std::string label = fmt::format("{:12}", &value == &values.front() ? name : "");
      text_ += fmt::format("    {}{}\n", style_.style.paint(Ink::faint, label), terminal_text(value));
    }
  }
  void fact(std::string_view name, const std::string& value) {
    if (!value.empty()) fact(name, std::vector{value});
  }

  std::string digest(const Digest& digest) const {
    if (style_.full_digests) return digest.string();
    return fmt::format("{}:{}", digest.algorithm(), digest.encoded().substr(0, 12));
  }

  std::string take() { return std::move(text_); }

 private:
  const FactsStyle& style_;
  std::string text_;
};

std::vector<std::string> pairs(const std::map<std::string, std::string>& map) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : map) lines.push_back(fmt::format("{}={}", key, value));
  return lines;
}

/// Arguments as a JSON array, as Dockerfiles write them: spaces inside stay visible.
std::string arguments(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string text;
  for (const std::string& word : words) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", word);
  return fmt::format("[{}]", text);
}

void add_execution(Page& page, const Config& config) {
  const Execution& execution = config.config;
  page.fact("created", config.created);
  page.fact("user", execution.user);
  page.fact("entrypoint", arguments(execution.entrypoint));
  page.fact("cmd", arguments(execution.cmd));
  page.fact("workdir", execution.working_dir);
  page.fact("env", execution.env);
  page.fact("expose", fmt::format("{}", fmt::join(execution.exposed_ports, ", ")));
  page.fact("volumes", fmt::format("{}", fmt::join(execution.volumes, ", ")));
  page.fact("labels", pairs(execution.labels));
}

std::string layer_line(const Page& page, const Descriptor& layer) {
  const auto format = layer.annotations.find(std::string{layer_format_annotation});
  const std::string kind = format == layer.annotations.end() ? layer.media_type : format->second;
  return fmt::format("{}  {:>9}  {}", page.digest(layer.digest), human_size(layer.size), kind);
}

std::string title(const ImageFacts& image) {
  if (const auto platform = platform_of(image)) return platform->string();
  return image.manifest.artifact_type.empty() ? image.manifest.config.media_type : image.manifest.artifact_type;
}

void add_image(Page& page, const ImageFacts& image) {
  page.heading(2, fmt::format("{}  {} in {}", title(image), human_size(total_size(image)),
                              counted(image.manifest.layers.size(), "layer")));
  page.line(4, image.descriptor.digest.string());
  page.fact("config", page.digest(image.manifest.config.digest));
  if (image.config) add_execution(page, *image.config);
  page.fact("annotations", pairs(image.manifest.annotations));
  std::vector<std::string> layers;
  for (const Descriptor& layer : image.manifest.layers) layers.push_back(layer_line(page, layer));
  page.fact("layers", layers);
}

}  // namespace

std::string facts_text(const std::string& name, const RootFacts& facts, const FactsStyle& style) {
  Page page{style};
  page.heading(0, name);
  page.line(2, facts.descriptor.digest.string());
  page.fact("media type", facts.descriptor.media_type);
  page.fact("annotations", pairs(facts.annotations));
  for (const ImageFacts& image : facts.images) add_image(page, image);
  return page.take();
}

}  // namespace ocibuild
