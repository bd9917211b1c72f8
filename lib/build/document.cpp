// Typed access to JSON values.
#include "build/document.hpp"

#include <fmt/format.h>

namespace ocibuild {
namespace {

using nlohmann::json;

constexpr int max_depth = 64;  // dumping and comparing recurse, so the depth is bounded where the document comes in

std::string_view describe_type(const json& value) {
  switch (value.type()) {
    case json::value_t::null: return "null";
    case json::value_t::object: return "a table";
    case json::value_t::array: return "a list";
    case json::value_t::string: return "a string";
    case json::value_t::boolean: return "true or false";
    default: return "a number";
  }
}

}  // namespace

json parse_document(std::string_view text, std::string_view title) {
  const auto bound_depth = [&](int depth, json::parse_event_t, const json&) {
    if (depth > max_depth) {
      throw Error{Errc::invalid_document, fmt::format("{}: more than {} levels", title, max_depth)};
    }
    return true;
  };
  try {
    return json::parse(text, bound_depth);
  } catch (const json::exception& reason) {
    throw Error{Errc::invalid_document, fmt::format("{}: no valid JSON: {}", title, reason.what())};
  }
}

Error Field::error(std::string_view problem) const {
  return Error{Errc::invalid_document, fmt::format("{}{}{}: {}", title_, path_.empty() ? "" : " ", path_, problem)};
}

void Field::expect(bool matches, std::string_view expected) const {
  if (!matches) throw error(fmt::format("expected {}, found {}", expected, describe_type(value_)));
}

std::string Field::below(std::string_view key) const {
  return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

std::optional<Field> Field::find(std::string_view key) const {
  expect(value_.is_object(), "a table");
  const auto found = value_.find(key);
  if (found == value_.end() || found->is_null()) return std::nullopt;
  return Field{*found, title_, below(key)};
}

Field Field::at(std::string_view key) const {
  if (auto found = find(key)) return *std::move(found);
  throw error(fmt::format("`{}` is missing", key));
}

std::string Field::text_or_empty(std::string_view key) const {
  const auto found = find(key);
  return found ? found->text() : std::string{};
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  expect(value_.is_object(), "a table");
  std::vector<std::pair<std::string, Field>> result;
  for (const auto& [key, member] : value_.items()) result.emplace_back(key, Field{member, title_, below(key)});
  return result;
}

std::vector<Field> Field::items() const {
  expect(value_.is_array(), "a list");
  std::vector<Field> result;
  for (std::size_t i = 0; i < value_.size(); ++i)
    result.emplace_back(value_[i], title_, fmt::format("{}[{}]", path_, i));
  return result;
}

std::string Field::text() const {
  expect(value_.is_string(), "a string");
  return value_.get<std::string>();
}

bool Field::boolean() const {
  expect(value_.is_boolean(), "true or false");
  return value_.get<bool>();
}

std::vector<std::string> Field::texts() const {
  std::vector<std::string> result;
  for (const Field& item : items()) result.push_back(item.text());
  return result;
}

StringMap Field::text_map() const {
  StringMap result;
  for (const auto& [key, member] : members()) result.emplace(key, member.text());
  return result;
}

}  // namespace ocibuild
