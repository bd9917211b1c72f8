// Grouping by resolved features.
#include "build/sharing.hpp"

#include <algorithm>

#include <fmt/ranges.h>

namespace ocibuild {
namespace {

// True when every crate of both has the same features in both.
bool agree(const ResolvedFeatures& a, const ResolvedFeatures& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& crate) {
    const auto other = b.find(crate.first);
    return other == b.end() || other->second == crate.second;
  });
}

ResolvedFeatures joined(ResolvedFeatures a, const ResolvedFeatures& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// A group that grows, with what its members resolve to alone.
struct Growing {
  CompileGroup group;
  ResolvedFeatures alone;
};

class Sharing {
 public:
  Sharing(const RunCommand& run, const CargoOptions& options, const std::filesystem::path& directory)
      : run_{run}, options_{options}, directory_{directory} {}

  std::vector<CompileGroup> arrange(const std::vector<CompileUnit>& units) {
    std::vector<Growing> growing;
    for (const CompileUnit& unit : units) {
      for (Growing& part : by_triples(unit)) add(growing, std::move(part));
    }
    std::vector<CompileGroup> groups;
    for (Growing& candidate : growing) {
      if (holds_together(candidate)) {
        groups.push_back(std::move(candidate.group));
      } else {
        for (CompileGroup& single : taken_apart(candidate.group)) groups.push_back(std::move(single));
      }
    }
    return groups;
  }

 private:
  const ResolvedFeatures& resolve(const CompileGroup& group) {
    Command command{.argv = {options_.cargo, "tree", "--charset", "ascii", "--color", "never", "--edges",
                             "normal,build", "--format", "{p};{f}"},
                    .directory = directory_};
    std::set<std::string> packages;
    std::set<std::string> features;
    for (const CompileUnit& unit : group.units) {
      packages.insert(unit.package->name);
      features.insert(unit.features.begin(), unit.features.end());
    }
    std::vector<std::string>& argv = command.argv;
    for (const std::string& package : packages) argv.insert(argv.end(), {"--package", package});
    for (const std::string& triple : group.triples) argv.insert(argv.end(), {"--target", triple});
    if (!features.empty()) argv.insert(argv.end(), {"--features", fmt::format("{}", fmt::join(features, ","))});
    argv.insert(argv.end(), options_.flags.begin(), options_.flags.end());
    const auto known = resolved_.find(argv);
    if (known != resolved_.end()) return known->second;
    return resolved_.emplace(argv, parse_feature_tree(command_output(run_, command))).first->second;
  }

  // One unit for all its triples when they do not change each other, else one for each.
  std::vector<Growing> by_triples(const CompileUnit& unit) {
    std::vector<Growing> parts;
    for (const std::string& triple : unit.triples) {
      CompileUnit part = unit;
      part.triples = {triple};
      CompileGroup group{.units = {part}, .triples = part.triples};
      parts.push_back({.group = group, .alone = resolve(group)});
    }
    ResolvedFeatures all;
    for (const Growing& part : parts) {
      if (!agree(all, part.alone)) return parts;
      all = joined(std::move(all), part.alone);
    }
    return {Growing{.group = {.units = {unit}, .triples = unit.triples}, .alone = std::move(all)}};
  }

  static bool fits(const Growing& group, const Growing& part) {
    const CompileUnit& unit = part.group.units.front();
    // `--bin NAME` means that binary of every package of the invocation.
    const auto has_binary = [](const Package& package, const std::string& name) {
      return std::any_of(package.binaries.begin(), package.binaries.end(),
                         [&](const auto& b) { return b.name == name; });
    };
    const auto is_apart = [&](const CompileUnit& member) {
      return member.package == unit.package ||
             (!has_binary(*member.package, unit.binary) && !has_binary(*unit.package, member.binary));
    };
    const auto& members = group.group.units;
    return members.front().profile == unit.profile && members.front().crt_static == unit.crt_static &&
           group.group.triples == part.group.triples && std::all_of(members.begin(), members.end(), is_apart) &&
           agree(group.alone, part.alone);
  }

  static void add(std::vector<Growing>& growing, Growing part) {
    const auto group = std::find_if(growing.begin(), growing.end(), [&](const Growing& g) { return fits(g, part); });
    if (group == growing.end()) {
      growing.push_back(std::move(part));
      return;
    }
    group->group.units.push_back(std::move(part.group.units.front()));
    group->alone = joined(std::move(group->alone), part.alone);
  }

  // The judge: what is resolved together, whatever the rule above thought.
  bool holds_together(const Growing& candidate) {
    const bool is_single = candidate.group.units.size() == 1 && candidate.group.triples.size() == 1;
    return is_single || agree(candidate.alone, resolve(candidate.group));
  }

  static std::vector<CompileGroup> taken_apart(const CompileGroup& group) {
    std::vector<CompileGroup> singles;
    for (const CompileUnit& unit : group.units) {
      for (const std::string& triple : group.triples) {
        CompileUnit single = unit;
        single.triples = {triple};
        singles.push_back({.units = {single}, .triples = {triple}});
      }
    }
    return singles;
  }

  const RunCommand& run_;
  const CargoOptions& options_;
  const std::filesystem::path& directory_;
  std::map<std::vector<std::string>, ResolvedFeatures> resolved_;  // by the command that answered
};

}  // namespace

std::vector<CompileGroup> share_processes(const std::vector<CompileUnit>& units, const RunCommand& run,
                                          const CargoOptions& options, const std::filesystem::path& directory) {
  return Sharing{run, options, directory}.arrange(units);
}

}  // namespace ocibuild
