// Strict parsing over the SAX interface of nlohmann/json, and writing of values.
#include "spec/json.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using Kind = JsonValue::Kind;

[[noreturn]] void refuse(std::string message) {
  throw Error{Errc::invalid_document, std::move(message)};
}

// Builds the value bottom up: a container is on the stack until its end, then it moves into the one below.
class ValueBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({.kind = Kind::null}); }
  bool boolean(bool value) override { return add({.kind = Kind::boolean, .text = value ? "true" : "false"}); }
  bool number_integer(number_integer_t value) override {
    return add_number(value == 0 ? "-0" : std::to_string(value));  // what has no minus sign comes as unsigned
  }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& literal) override {
    std::string text = literal;
    // nlohmann's lexer puts the decimal point of the C locale into the literal.
    std::ranges::replace_if(
        text, [](char c) { return !is_digit(c) && std::string_view{"+-eE"}.find(c) == std::string_view::npos; }, '.');
    return add_number(std::move(text));
  }
  bool string(string_t& value) override { return add({.kind = Kind::string, .text = std::move(value)}); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Kind::object); }
  bool key(string_t& name) override {
    open_.back().name = std::move(name);
    return true;
  }
  bool end_object() override {
    require_unique_names();
    return close();
  }
  bool start_array(std::size_t) override { return open(Kind::array); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception& error) override {
    constexpr int number_overflow = 406;
    const std::size_t offset = read == 0 ? 0 : read - 1;
    refuse(error.id == number_overflow ? fmt::format("the number before byte {} is out of range", offset)
                                       : fmt::format("not JSON: syntax error at byte {}", offset));
  }

  JsonValue take() { return std::move(root_); }

 private:
  struct Open {
    JsonValue value;
    std::string name;  // of the member that is being read
  };

  bool add_number(std::string literal) { return add({.kind = Kind::number, .text = std::move(literal)}); }

  bool add(JsonValue value) {
    if (++count_ > max_json_values) refuse(fmt::format("more than {} values", max_json_values));
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Open& top = open_.back(); top.value.kind == Kind::array) {
      top.value.items.push_back(std::move(value));
    } else {
      top.value.members.push_back({.name = std::move(top.name), .value = std::move(value)});
    }
    return true;
  }

  bool open(Kind kind) {
    if (open_.size() == max_json_depth) refuse(fmt::format("nested deeper than {} levels", max_json_depth));
    open_.push_back({.value = {.kind = kind}, .name = {}});
    return true;
  }

  bool close() {
    JsonValue value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  void require_unique_names() const {
    std::vector<std::string_view> names;
    for (const JsonMember& member : open_.back().value.members) names.push_back(member.name);
    std::ranges::sort(names);
    const auto found = std::ranges::adjacent_find(names);
    if (found != names.end()) refuse(fmt::format("{}duplicate member {}", path(), quote(*found)));
  }

  // Where the innermost open container is, as in `layers[2].annotations: `.
  std::string path() const {
    std::string result;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const Open& container = open_[i];
      if (container.value.kind == Kind::array) {
        result += fmt::format("[{}]", container.value.items.size());
      } else {
        result += fmt::format("{}{}", result.empty() ? "" : ".", printable(container.name));
      }
    }
    return result.empty() ? result : result + ": ";
  }

  static std::string printable(std::string_view name) {
    const std::string text = quote(name);
    return text.substr(1, text.size() - 2);
  }

  std::vector<Open> open_;
  JsonValue root_;
  std::size_t count_ = 0;
};

void append(std::string& to, const JsonValue& value) {
  switch (value.kind) {
    case Kind::null: to += "null"; return;
    case Kind::boolean:
    case Kind::number: to += value.text; return;
    case Kind::string: append_json_string(to, value.text); return;
    case Kind::array:
      to += '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) to += ',';
        append(to, value.items[i]);
      }
      to += ']';
      return;
    case Kind::object:
      to += '{';
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (i > 0) to += ',';
        append_json_string(to, value.members[i].name);
        to += ':';
        append(to, value.members[i].value);
      }
      to += '}';
      return;
  }
}

void append_escaped(std::string& to, char c) {
  switch (c) {
    case '"': to += "\\\""; return;
    case '\\': to += "\\\\"; return;
    case '\b': to += "\\b"; return;
    case '\f': to += "\\f"; return;
    case '\n': to += "\\n"; return;
    case '\r': to += "\\r"; return;
    case '\t': to += "\\t"; return;
    default: fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

JsonValue parse_json(std::string_view document, std::size_t size_limit) {
  if (document.size() > size_limit) {
    refuse(fmt::format("it has {} bytes, at most {} are taken", document.size(), size_limit));
  }
  const std::size_t bad = find_non_utf8(document);
  if (bad != std::string_view::npos) refuse(fmt::format("not JSON: byte {} is not UTF-8", bad));
  // nlohmann ends at a NUL and would not see what follows it.
  const std::size_t nul = document.find('\0');
  if (nul != std::string_view::npos) refuse(fmt::format("not JSON: syntax error at byte {}", nul));
  // nlohmann skips a byte order mark; RFC 8259 8.1 forbids to write one.
  if (document.starts_with("\xEF\xBB\xBF")) refuse("not JSON: it starts with a byte order mark");
  ValueBuilder builder;
  if (!nlohmann::json::sax_parse(document, &builder)) refuse("not JSON");
  return builder.take();
}

std::string to_json(const JsonValue& value) {
  std::string result;
  append(result, value);
  return result;
}

void append_json_string(std::string& to, std::string_view text) {
  const std::size_t bad = find_non_utf8(text);
  if (bad != std::string_view::npos) {
    throw Error{Errc::invalid_argument, fmt::format("the text {} is not UTF-8 at byte {}", quote(text), bad)};
  }
  to += '"';
  for (const char c : text) {
    const bool plain = c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20;
    plain ? to.push_back(c) : append_escaped(to, c);
  }
  to += '"';
}

std::string describe_value(const JsonValue& value) {
  switch (value.kind) {
    case Kind::null: return "null";
    case Kind::boolean:
    case Kind::number: return value.text.size() > 80 ? value.text.substr(0, 80) + "..." : value.text;
    case Kind::string: return quote(value.text);
    case Kind::array: return "an array";
    case Kind::object: return "an object";
  }
  return {};
}

}  // namespace ocibuild
