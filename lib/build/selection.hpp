// Which binaries of which members are components.
#pragma once

#include <string>
#include <vector>

#include "ocibuild/build/plan.hpp"

namespace ocibuild {

/// A binary that is to become an image.
struct Candidate {
  const Package* package;
  const BinaryTarget* binary;
  Settings settings;  ///< of its package
  std::string component;
};

/// Every binary of every member, wanted or not. Throws Error{invalid_document} for metadata that does not hold.
std::vector<Candidate> all_candidates(const Workspace& workspace);

/// The components that `request` asks for, by name. `shared_features` are those of command line or environment.
/// Throws Error{invalid_document} for metadata that does not hold, two components of one name, a workspace without
/// binaries; {not_found} for a package or component that is asked for and does not exist.
std::vector<Candidate> select_components(const Workspace& workspace, const PlanRequest& request,
                                         const std::vector<std::string>& shared_features);

}  // namespace ocibuild
