// What a run of GitHub Actions is told: outputs for later steps, and a summary for people.
#pragma once

#include <string>
#include <string_view>

#include "environment.hpp"
#include "ocibuild/deploy/digests.hpp"

namespace ocibuild {

/// True in a step of GitHub Actions.
bool in_github_actions(const Environment& environment);

/// Sets the outputs `digests` (a JSON object of components and digests), `images` (a reference on each line) and
/// `COMPONENT-digest`. Does nothing outside of GitHub Actions, or without GITHUB_OUTPUT. Throws Error{io}.
void set_outputs(const ImageDigests& digests, const Environment& environment);

/// Adds Markdown to the summary of the step. Does nothing outside of GitHub Actions, or without GITHUB_STEP_SUMMARY.
/// Throws Error{io}.
void add_step_summary(std::string_view markdown, const Environment& environment);

/// A text of any kind inside of a Markdown table: on one line, and nothing but text.
std::string markdown_text(std::string_view text);

/// `NAME<<DELIMITER` and what follows, with a delimiter nobody can foresee. Throws Error{invalid_argument} for a name
/// that is more than letters, digits, `.`, `_` and `-`.
std::string output_entry(std::string_view name, std::string_view value);

}  // namespace ocibuild
