// What people are told about a finished build: sizes, how they changed, times, and which budget was broken.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "build_display.hpp"
#include "ocibuild/build/plan.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// A build, and the one before.
struct BuildSummary {
  const ImageDigests& digests;
  std::optional<ImageDigests> previous;  ///< absent: there is nothing to compare with
  BuildTimes times;

  /// `engine, linux/amd64 1.0 MB (+12.3 kB), linux/arm64 1.2 MB (same) in 12 s; budget: size 100.0 MB`, for each
  /// component of the plan, which made `digests`.
  std::vector<std::string> lines(const Plan& plan) const;

  /// What breaks a budget of size or growth, one sentence each. Known before anything is published.
  std::vector<std::string> broken_sizes(const Plan& plan) const;

  /// What breaks a budget of time.
  std::vector<std::string> broken_times(const Plan& plan) const;

  /// The table for the summary of a workflow's step.
  std::string markdown() const;

 private:
  std::optional<std::uint64_t> size_before(const std::string& component, const std::string& platform) const;
  std::string change(const std::string& component, const std::string& platform, std::uint64_t size) const;
  std::string time(const std::string& component) const;
};

}  // namespace ocibuild
