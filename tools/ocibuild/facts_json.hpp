// The graph below a root as JSON.
#pragma once

#include <string>

#include "image_facts.hpp"
#include "json_text.hpp"

namespace ocibuild {

/// `{"schemaVersion":1,"name":...,"mediaType":...,"digest":...,"size":...,"annotations":{},"images":[...]}`.
std::string facts_json(const std::string& name, const RootFacts& facts);

}  // namespace ocibuild
