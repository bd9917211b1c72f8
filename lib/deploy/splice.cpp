// Spelling scalars in the style that is there already.
#include "deploy/splice.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using Style = YamlNode::Style;

struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

[[noreturn]] void refuse(const YamlNode& node, std::string_view problem) {
  throw Error{Errc::unsupported, fmt::format("line {}: {}", node.line, problem)};
}

bool is_one_of(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

// True when YAML 1.1 takes `text` without quotes for a string: not for a number, a date, a truth value or null.
bool is_plain_string(std::string_view text) {
  constexpr std::array<std::string_view, 9> words{"y", "n", "yes", "no", "true", "false", "on", "off", "null"};
  if (text.empty() || text.find_first_of("[]") != std::string_view::npos) return false;
  const std::string lower = to_lower(text);
  if (is_digit(text.front())) return lower.find_first_of("ghijklmnpqrstuvwyz/@") != std::string::npos;
  return (is_alphanumeric(text.front()) || text.front() == '_') && std::ranges::find(words, lower) == words.end() &&
         !text.ends_with(':');
}

// An empty scalar stands right after its colon, in a flow mapping also right before what follows.
Edit fill_empty(std::string_view text, const YamlNode& scalar, std::string content) {
  if (scalar.begin > 0 && text[scalar.begin - 1] != ':') return {scalar.begin, scalar.begin, std::move(content)};
  const std::string_view rest = text.substr(scalar.begin);
  const bool has_room = rest.starts_with(' ') && (rest.size() == 1 || is_one_of(rest[1], " \r\n,}]"));
  if (has_room) return {scalar.begin + 1, scalar.begin + 1, std::move(content)};
  return {scalar.begin, scalar.begin, " " + content};
}

// The one line of a block scalar, after that of its indicator.
Edit replace_line(std::string_view text, const YamlNode& scalar, const std::string& content) {
  const std::size_t length = scalar.text.find_last_not_of('\n') + 1;
  const std::string_view line = std::string_view{scalar.text}.substr(0, length);
  const std::string_view spelled = text.substr(scalar.begin, scalar.end - scalar.begin);
  const std::size_t body = spelled.find_first_of("\r\n");
  const bool is_one_line = !line.empty() && line.find_first_of(" \t\n") == std::string_view::npos;
  if (!is_one_line || content.empty() || body == std::string_view::npos) {
    refuse(scalar, "the block scalar is not one line with a reference");
  }
  const std::size_t at = spelled.find(line, body);
  if (at == std::string_view::npos) refuse(scalar, "the reference was not found in its block scalar");
  return {scalar.begin + at, scalar.begin + at + line.size(), content};
}

Edit replace_scalar(std::string_view text, const YamlNode& scalar, const std::string& content) {
  switch (scalar.style) {
    case Style::single_quoted: return {scalar.begin, scalar.end, fmt::format("'{}'", content)};
    case Style::double_quoted: return {scalar.begin, scalar.end, fmt::format("\"{}\"", content)};
    case Style::literal:
    case Style::folded: return replace_line(text, scalar, content);
    default: break;
  }
  const std::string spelled = content.empty() || is_plain_string(content) ? content : fmt::format("\"{}\"", content);
  if (scalar.begin == scalar.end) return fill_empty(text, scalar, spelled);
  return {scalar.begin, scalar.end, spelled};
}

// The key in whose column a further key of a block mapping stands.
const YamlNode& key_before(const NewMember& member) {
  const auto found = std::ranges::find(member.mapping->entries, member.after, &YamlEntry::value);
  if (found == member.mapping->entries.end())
    refuse(*member.mapping, fmt::format("`{}` has no place here", member.key));
  return *found->key;
}

std::string indentation(std::string_view text, const YamlNode& key) {
  const std::size_t line = key.begin == 0 ? 0 : text.find_last_of("\r\n", key.begin - 1) + 1;
  const std::string_view before = text.substr(line, key.begin - line);
  const bool is_continuation = before.find_first_not_of(" -") != std::string_view::npos;
  if (is_continuation) refuse(key, "the line is not `key: value` or `- key: value`, and no member can follow it");
  return std::string(before.size(), ' ');
}

// The line break after `end`; on the last line that before it.
std::string_view line_break(std::string_view text, std::size_t end) {
  std::size_t at = text.find('\n', end);
  if (at == std::string_view::npos) at = text.rfind('\n');
  const bool is_crlf = at != std::string_view::npos && at > 0 && text[at - 1] == '\r';
  return is_crlf ? "\r\n" : "\n";
}

Edit insert_member(std::string_view text, const NewMember& member) {
  const YamlNode& key = key_before(member);
  if (member.mapping->style == Style::flow) {
    const std::string_view quote = key.style == Style::double_quoted ? "\"" : "";
    return {member.after->end, member.after->end, fmt::format(", {0}{1}{0}: \"{2}\"", quote, member.key, member.value)};
  }
  const bool is_block = member.after->style == Style::literal || member.after->style == Style::folded;
  if (is_block) refuse(*member.after, fmt::format("`{}` cannot be inserted after a block scalar", member.key));
  const std::size_t end = std::min(text.find_first_of("\r\n", member.after->end), text.size());
  const std::string value = is_plain_string(member.value) ? member.value : fmt::format("\"{}\"", member.value);
  return {end, end, fmt::format("{}{}{}: {}", line_break(text, end), indentation(text, key), member.key, value)};
}

}  // namespace

bool is_reference_text(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || is_one_of(c, "._-:/@+[]"); });
}

std::string splice(std::string_view text, const YamlChanges& changes) {
  std::vector<Edit> edits;
  for (const auto& [scalar, content] : changes.contents) edits.push_back(replace_scalar(text, *scalar, content));
  for (const NewMember& member : changes.members) edits.push_back(insert_member(text, member));
  std::ranges::stable_sort(edits, {}, &Edit::begin);
  std::string result;
  std::size_t copied = 0;
  for (const Edit& edit : edits) {
    result += text.substr(copied, edit.begin - copied);
    result += edit.text;
    copied = edit.end;
  }
  result += text.substr(copied);
  return result;
}

}  // namespace ocibuild
