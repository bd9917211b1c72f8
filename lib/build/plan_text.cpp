// The plan for people.
#include <fmt/ranges.h>

#include "ocibuild/base/duration.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t label_width = 12;

class Page {
 public:
  void heading(std::string_view text) { text_ += fmt::format("{}{}\n", text_.empty() ? "" : "\n", text); }

  void line(std::string_view label, std::string_view value, std::string_view why) {
    text_ += fmt::format("  {:<{}} {}", label, label_width, value);
    text_ += why.empty() ? "\n" : fmt::format("  ({})\n", why);
  }

  /// Nothing is printed for what is empty because nobody said anything.
  void setting(std::string_view label, const Setting<std::string>& setting) {
    if (!setting.value.empty()) line(label, setting.value, to_string(setting.origin));
  }

  void setting(std::string_view label, const Setting<std::vector<std::string>>& setting) {
    if (!setting.value.empty())
      line(label, fmt::format("{}", fmt::join(setting.value, ", ")), to_string(setting.origin));
  }

  void settings(std::string_view label, const std::map<std::string, Setting<std::string>>& settings) {
    for (const auto& [key, setting] : settings) {
      line(label, fmt::format("{}={}", key, setting.value), to_string(setting.origin));
    }
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void add_platform(Page& page, const PlatformPlan& platform) {
  const std::string name = platform.platform.string();
  if (platform.given_binary) {
    page.line(name, platform.given_binary->string(), "command line");
    return;
  }
  page.line(name, platform.triple.value,
            fmt::format("{}: {}", to_string(platform.triple.origin), platform.triple_reason));
  page.line("  linker", platform.linker.empty() ? "rustc's own choice" : platform.linker, platform.linker_reason);
}

std::string layer_titles(const ComponentPlan& component) {
  std::string titles;
  for (const LayerPlan& layer : component.layers)
    titles += fmt::format("{} ({} entries), ", layer.title, layer.entries.size());
  return titles + "binary";
}

void add_base(Page& page, const ComponentPlan& component, const Plan& plan) {
  page.setting("base", component.base);
  if (!component.base_place) return;
  const BasePin pin = pin_of(component, plan);
  page.line("  pinned", pin.digest ? pin.digest->string() : "no", pin.source);
}

void add_component(Page& page, const ComponentPlan& component, const Plan& plan) {
  page.heading(fmt::format("{} (binary {} of package {})", component.name, component.binary, component.package));
  page.setting("image", component.image);
  page.setting("tags", component.tags);
  page.line("platforms", fmt::format("{}", component.platforms.size()), to_string(component.platform_setting.origin));
  for (const PlatformPlan& platform : component.platforms) add_platform(page, platform);
  add_base(page, component, plan);
  page.setting("profile", component.profile);
  page.setting("features", component.features);
  page.line("compression", component.compression.value == Compression::zstd ? "zstd" : "gzip",
            to_string(component.compression.origin));
  page.line("layers", layer_titles(component), "");
  for (const FileRule& rule : component.files)
    page.line("file", fmt::format("{} -> {}", rule.source, rule.dest), "package");
  if (component.ca_certificates.value) {
    page.line("certificates", component.ca_certificates.value->string(), to_string(component.ca_certificates.origin));
  }
  const bool inherits = component.base_place && component.user.origin == Origin::built_in;
  page.line("user", component.user.value.string(),
            inherits ? "default, unless the base says one who is not root" : to_string(component.user.origin));
  page.setting("expose", component.expose);
  page.setting("cmd", component.cmd);
  page.setting("workdir", component.workdir);
  const Budget& budget = component.budget;
  const auto limit = [&](std::string_view key, const auto& setting, const auto& text) {
    if (setting.value) page.line("budget", fmt::format("{} {}", key, text(*setting.value)), to_string(setting.origin));
  };
  limit("image-size", budget.image_size, [](std::uint64_t size) { return fmt::format("{} bytes", size); });
  limit("image-growth", budget.image_growth, [](const Growth& growth) { return growth.string(); });
  limit("build-time", budget.build_time, duration_text);
  page.settings("env", component.env);
  page.settings("label", component.labels);
  page.settings("annotation", component.annotations);
}

}  // namespace

std::string plan_text(const Plan& plan) {
  Page page;
  page.heading(fmt::format("workspace {}", plan.workspace.root.string()));
  page.line("revision", plan.revision.empty() ? "none" : plan.revision, "");
  page.line("created", plan.created, "");
  for (const ComponentPlan& component : plan.components) add_component(page, component, plan);
  if (!plan.cargo_runs.empty()) page.heading("cargo");
  for (const CargoRun& run : plan.cargo_runs) page.line("run", to_shell(run.command), "");
  return page.take();
}

}  // namespace ocibuild
