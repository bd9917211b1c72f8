// The word somebody probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// The candidate with the smallest edit distance (insert, remove, replace, swap of neighbours), the first of several;
/// empty when there are no candidates.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ocibuild
