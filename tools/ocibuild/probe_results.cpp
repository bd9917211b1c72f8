// A table, a JSON object and an error.
#include "probe_results.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "json_text.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

using Row = std::array<std::string, 6>;

Row row_of(const ProbeTarget& target, const ProbeReport& report) {
  const std::string url = target.url.redacted();
  return {terminal_text(target.name),
          std::string{to_string(report.state)},
          report.status ? std::to_string(*report.status) : "-",
          std::to_string(report.attempts),
          human_duration(report.elapsed),
          target.name == url ? "" : url};
}

/// One line for each row, every column as wide as its widest cell, and no spaces at the ends of lines.
std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string& line = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

/// The same with the last cell of each row on a line of its own.
std::vector<std::string> folded(std::vector<Row> rows) {
  std::vector<std::string> last;
  for (Row& row : rows) last.push_back(std::exchange(row.back(), ""));
  std::vector<std::string> lines = aligned(rows);
  for (std::size_t i = 1; i < lines.size(); ++i) {  // what a heading would say is plain to see
    if (!last[i].empty()) lines[i] += "\n  " + last[i];
  }
  return lines;
}

/// `status 503, expected 200-399; 7 tries in 12 s; it said: warming up`.
std::string last_answer(const ProbeReport& report) {
  const std::string tries = fmt::format("{} {}", report.attempts, report.attempts == 1 ? "try" : "tries");
  const std::string body = report.excerpt.empty() || report.state == ProbeState::placeholder
                               ? ""
                               : fmt::format("; it said: {}", report.excerpt);
  return fmt::format("{}; {} in {}{}", report.reason, tries, human_duration(report.elapsed), body);
}

/// The error with what to do about placeholders, if there are any: those that are accepted cause no error alone.
Error with_help(Error error, const ProbeResults& results) {
  const auto is_placeholder = [](const ProbeReport& report) { return report.state == ProbeState::placeholder; };
  if (results.placeholders == PlaceholderPolicy::accept || std::ranges::none_of(results.reports, is_placeholder)) {
    return error;
  }
  return std::move(error).add_help(
      "a stock nginx is deployed there; while that is as it should be, --allow-placeholder accepts it");
}

}  // namespace

std::string probe_table(const ProbeResults& results, std::size_t columns) {
  std::vector<Row> rows{{"NAME", "STATE", "STATUS", "TRIES", "TIME", "URL"}};
  for (std::size_t i = 0; i < results.targets.size(); ++i) {
    rows.push_back(row_of(results.targets[i], results.reports[i]));
  }
  const auto has_no_url = [](const Row& row) { return row.back().empty(); };
  if (std::all_of(rows.begin() + 1, rows.end(), has_no_url)) rows.front().back().clear();
  std::vector<std::string> lines = aligned(rows);
  const auto is_too_wide = [&](const std::string& line) { return columns_of(line) > columns; };
  if (std::ranges::any_of(lines, is_too_wide)) lines = folded(std::move(rows));
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

std::string probe_json(const ProbeResults& results) {
  Json targets = Json::array();
  bool all_good = true;
  for (std::size_t i = 0; i < results.targets.size(); ++i) {
    const ProbeReport& report = results.reports[i];
    all_good = all_good && results.is_good(i);
    Json target = {{"name", results.targets[i].name}, {"url", results.targets[i].url.redacted()},
                   {"ok", results.is_good(i)},        {"state", to_string(report.state)},
                   {"attempts", report.attempts},     {"elapsedMs", report.elapsed.count()}};
    if (report.status) target["status"] = *report.status;
    if (!report.reason.empty()) target["reason"] = report.reason;
    if (report.status) target["body"] = report.excerpt;
    targets.push_back(std::move(target));
  }
  return json_document({{"schemaVersion", json_schema_version}, {"ok", all_good}, {"targets", targets}});
}

std::optional<Error> probe_failure(const ProbeResults& results) {
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < results.targets.size(); ++i) {
    if (!results.is_good(i)) failed.push_back(i);
  }
  if (failed.empty()) return {};
  if (results.targets.size() == 1) {
    const std::string reason = last_answer(results.reports.front());
    return with_help(
        Error{Errc::unavailable, fmt::format("{} never got healthy: {}", results.targets.front().name, reason)},
        results);
  }
  std::string names;
  for (const std::size_t i : failed) names += fmt::format("{}{}", names.empty() ? "" : ", ", results.targets[i].name);
  Error error{Errc::unavailable,
              fmt::format("{} of {} never got healthy: {}", failed.size(), results.targets.size(), names)};
  for (const std::size_t i : failed) {
    error.add_note(fmt::format("{}: {}", results.targets[i].name, last_answer(results.reports[i])));
  }
  return with_help(std::move(error), results);
}

}  // namespace ocibuild
