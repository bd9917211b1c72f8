// Lines that differ, and the hunks they make.
#include "ocibuild/deploy/unified_diff.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace ocibuild {
namespace {

constexpr std::size_t context = 3;

// How many lines may differ in one place before lines are paired one by one, which keeps the time linear.
constexpr std::size_t window = 64;

struct Line {
  char mark = ' ';  // `-` removed, `+` added
  std::string_view text;
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

class Alignment {
 public:
  Alignment(std::string_view before, std::string_view after)
      : before_{split_lines(before)}, after_{split_lines(after)} {
    while (b_ < before_.size() || a_ < after_.size()) {
      if (b_ < before_.size() && a_ < after_.size() && before_[b_] == after_[a_]) {
        lines_.push_back({' ', before_[b_++]});
        ++a_;
      } else {
        skip_difference();
      }
    }
  }

  std::vector<Line> take() { return std::move(lines_); }

 private:
  // Steps over the fewest lines after which the texts agree again.
  void skip_difference() {
    for (std::size_t lines = 1; lines <= window; ++lines) {
      for (std::size_t removed = 0; removed <= lines; ++removed) {
        const std::size_t b = b_ + removed;
        const std::size_t a = a_ + lines - removed;
        if (b > before_.size() || a > after_.size()) continue;
        const bool at_end = b == before_.size() && a == after_.size();
        const bool agrees = b < before_.size() && a < after_.size() && before_[b] == after_[a];
        if (at_end || agrees) return step(removed, lines - removed);
      }
    }
    step(b_ < before_.size() ? 1 : 0, a_ < after_.size() ? 1 : 0);
  }

  void step(std::size_t removed, std::size_t added) {
    for (; removed > 0; --removed) lines_.push_back({'-', before_[b_++]});
    for (; added > 0; --added) lines_.push_back({'+', after_[a_++]});
  }

  std::vector<std::string_view> before_;
  std::vector<std::string_view> after_;
  std::size_t b_ = 0;
  std::size_t a_ = 0;
  std::vector<Line> lines_;
};

std::string range(std::size_t start, std::size_t count) {
  if (count == 1) return fmt::format("{}", start + 1);
  return fmt::format("{},{}", count == 0 ? start : start + 1, count);
}

class Hunks {
 public:
  explicit Hunks(const std::vector<Line>& lines) : lines_{lines} {
    std::size_t end = 0;
    for (std::size_t first = next_change(0); first < lines.size(); first = next_change(end)) {
      const std::size_t begin = std::max(end, first - std::min(first, context));
      std::size_t last = first;
      for (std::size_t change = first; change < lines.size() && change <= last + 2 * context + 1;
           change = next_change(change + 1)) {
        last = change;
      }
      pass(end, begin);
      end = std::min(last + 1 + context, lines.size());
      add(begin, end);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  std::size_t next_change(std::size_t from) const {
    while (from < lines_.size() && lines_[from].mark == ' ') ++from;
    return from;
  }

  // Unchanged lines between two hunks.
  void pass(std::size_t from, std::size_t to) {
    before_ += to - from;
    after_ += to - from;
  }

  void add(std::size_t begin, std::size_t end) {
    std::string body;
    std::size_t removed = 0;
    std::size_t added = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const Line& line = lines_[i];
      removed += line.mark == '+' ? 0U : 1U;
      added += line.mark == '-' ? 0U : 1U;
      body += line.mark;
      body += line.text;
      if (!line.text.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    text_ += fmt::format("@@ -{} +{} @@\n{}", range(before_, removed), range(after_, added), body);
    before_ += removed;
    after_ += added;
  }

  const std::vector<Line>& lines_;
  std::size_t before_ = 0;  // lines passed in each text
  std::size_t after_ = 0;
  std::string text_;
};

// A name as git writes it: in quotes where it has special bytes, and with a tab after it where it has spaces.
std::string header_name(std::string_view side, std::string_view name) {
  name.remove_prefix(std::min(name.find_first_not_of('/'), name.size()));
  std::string quoted;
  bool is_special = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += fmt::format("\\{}", c);
    } else if (byte < 0x20 || byte >= 0x7F) {
      quoted += fmt::format("\\{:03o}", byte);
    } else {
      quoted += c;
      continue;
    }
    is_special = true;
  }
  if (is_special) return fmt::format("\"{}/{}\"", side, quoted);
  return fmt::format("{}/{}{}", side, name, name.find(' ') == std::string_view::npos ? "" : "\t");
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<Line> lines = Alignment{before, after}.take();
  return fmt::format("--- {}\n+++ {}\n{}", header_name("a", name), header_name("b", name), Hunks{lines}.take());
}

}  // namespace ocibuild
