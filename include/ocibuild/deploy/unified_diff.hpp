// What differs between two versions of a text, as `diff -u` says it.
#pragma once

#include <string>
#include <string_view>

namespace ocibuild {

/// The unified diff with three lines of context, which `git apply` and `patch` take; empty when the texts are equal.
/// `name` becomes `a/NAME` and `b/NAME`, quoted as git does where it has to be. The diff is short where few lines
/// differ, and always correct.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace ocibuild
