// The graph below a root for people.
#pragma once

#include <string>

#include "image_facts.hpp"
#include "style.hpp"

namespace ocibuild {

struct FactsStyle {
  Style style{false};
  bool full_digests = false;  ///< of configs and layers too; otherwise the first 12 digits
};

/// The root, and under it each image with how it runs and its layers. Everything in it is safe for a terminal.
std::string facts_text(const std::string& name, const RootFacts& facts, const FactsStyle& style);

}  // namespace ocibuild
