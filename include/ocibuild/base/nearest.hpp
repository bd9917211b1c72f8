// The word somebody probably meant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ocibuild {

/// How many bytes must be inserted, removed, replaced or swapped with their neighbour to make `b` out of `a`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate with the smallest edit distance, the first of several;
/// empty when there are no candidates.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ocibuild
