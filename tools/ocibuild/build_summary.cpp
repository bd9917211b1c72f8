// Comparing a build with its budgets and with the one before.
#include "build_summary.hpp"

#include <fmt/format.h>

#include "github_actions.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

std::string growth_text(const Growth& growth) {
  return growth.unit == Growth::Unit::percent ? fmt::format("{} %", growth.amount) : human_size(growth.amount);
}

/// Both in words, or to the byte where words would not tell them apart.
std::pair<std::string, std::string> told_apart(std::uint64_t one, std::uint64_t other) {
  std::pair texts{human_size(one), human_size(other)};
  if (texts.first == texts.second) texts = {fmt::format("{} bytes", one), fmt::format("{} bytes", other)};
  return texts;
}

std::string limits_of(const Budget& budget) {
  std::string text;
  const auto add = [&](std::string_view name, const std::string& limit) {
    text += fmt::format("{}{} {}", text.empty() ? "; budget: " : ", ", name, limit);
  };
  if (budget.image_size.value) add("size", human_size(*budget.image_size.value));
  if (budget.image_growth.value) add("growth", growth_text(*budget.image_growth.value));
  if (budget.build_time.value) add("time", human_duration(*budget.build_time.value));
  return text;
}

}  // namespace

std::optional<std::uint64_t> BuildSummary::size_before(const std::string& component,
                                                       const std::string& platform) const {
  if (!previous) return std::nullopt;
  const auto old = previous->components.find(component);
  if (old == previous->components.end()) return std::nullopt;
  const auto image = old->second.platforms.find(platform);
  if (image == old->second.platforms.end()) return std::nullopt;
  return image->second.size;
}

std::string BuildSummary::change(const std::string& component, const std::string& platform, std::uint64_t size) const {
  const auto before = size_before(component, platform);
  if (!before) return "new";
  if (*before == size) return "same size";
  return size > *before ? "+" + human_size(size - *before) : "-" + human_size(*before - size);
}

std::string BuildSummary::time(const std::string& component) const {
  const auto found = times.find(component);
  return found == times.end() ? "" : human_duration(found->second);
}

std::vector<std::string> BuildSummary::lines(const Plan& plan) const {
  std::vector<std::string> lines;
  for (const ComponentPlan& component : plan.components) {
    std::string line = component.name;
    for (const auto& [platform, image] : digests.components.at(component.name).platforms) {
      line += fmt::format(", {} {}", platform, human_size(image.size));
      if (previous) line += fmt::format(" ({})", change(component.name, platform, image.size));
    }
    lines.push_back(fmt::format("{} in {}{}", line, time(component.name), limits_of(component.budget)));
  }
  return lines;
}

std::vector<std::string> BuildSummary::broken_sizes(const Plan& plan) const {
  std::vector<std::string> broken;
  for (const ComponentPlan& component : plan.components) {
    const Budget& budget = component.budget;
    for (const auto& [platform, image] : digests.components.at(component.name).platforms) {
      const std::string name = fmt::format("{} for {}", component.name, platform);
      if (budget.image_size.value && image.size > *budget.image_size.value) {
        const auto [size, limit] = told_apart(image.size, *budget.image_size.value);
        broken.push_back(fmt::format("{} has {}, its budget is {}", name, size, limit));
      }
      const auto before = size_before(component.name, platform);
      if (budget.image_growth.value && before && !budget.image_growth.value->allows(*before, image.size)) {
        const auto [old_size, size] = told_apart(*before, image.size);
        broken.push_back(fmt::format("{} grew from {} to {}, its budget is a growth of {}", name, old_size, size,
                                     growth_text(*budget.image_growth.value)));
      }
    }
  }
  return broken;
}

std::vector<std::string> BuildSummary::broken_times(const Plan& plan) const {
  std::vector<std::string> broken;
  for (const ComponentPlan& component : plan.components) {
    const auto& limit = component.budget.build_time.value;
    const auto time = times.find(component.name);
    if (!limit || time == times.end() || time->second <= *limit) continue;
    broken.push_back(fmt::format("{} took {}, its budget is {}", component.name, human_duration(time->second),
                                 human_duration(*limit)));
  }
  return broken;
}

std::string BuildSummary::markdown() const {
  std::string table = "| image | platform | digest | size | change | time |\n|---|---|---|---:|---:|---:|\n";
  for (const auto& [name, component] : digests.components) {
    for (const auto& [platform, image] : component.platforms) {
      table +=
          fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", markdown_text(component.image), markdown_text(platform),
                      image.digest.string(), human_size(image.size), change(name, platform, image.size), time(name));
    }
    table += fmt::format("| {} | all | `{}` | {} | | |\n", markdown_text(component.image), component.digest.string(),
                         human_size(component.size));
  }
  return table + "\n";
}

}  // namespace ocibuild
