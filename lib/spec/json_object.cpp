// Typed access to the members of a JSON object.
#include "spec/json_object.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/media_type.hpp"
#include "spec/text.hpp"
#include "spec/timestamp.hpp"

namespace ocibuild {
namespace {

using Kind = JsonValue::Kind;

const JsonValue& require_kind(const JsonValue& value, std::string_view path, Kind kind, std::string_view expected) {
  if (value.kind != kind) throw_unexpected(path, value, expected);
  return value;
}

std::string require_media_type(const JsonValue& value, std::string_view path) {
  const std::string& text = require_string(value, path);
  if (!is_media_type(text)) throw_unexpected(path, value, "a media type as in RFC 6838, without parameters");
  return text;
}

std::string key_path(std::string_view path, std::string_view key) {
  return fmt::format("{}[{}]", path, quote(key));
}

}  // namespace

JsonObject::JsonObject(const JsonValue& value, std::string path)
    : value_{require_kind(value, path, Kind::object, "an object")}, path_{std::move(path)} {}

std::string JsonObject::path(std::string_view name) const {
  return path_.empty() ? std::string{name} : fmt::format("{}.{}", path_, name);
}

bool JsonObject::has(std::string_view name) const noexcept {
  return std::ranges::find(value_.members, name, &JsonMember::name) != value_.members.end();
}

const JsonValue* JsonObject::find(std::string_view name) {
  known_.push_back(name);
  const auto found = std::ranges::find(value_.members, name, &JsonMember::name);
  const bool absent = found == value_.members.end() || found->value.kind == Kind::null;
  return absent ? nullptr : &found->value;
}

const JsonValue& JsonObject::require(std::string_view name) {
  const JsonValue* const value = find(name);
  if (value == nullptr) throw Error{Errc::invalid_document, fmt::format("{}: missing", path(name))};
  return *value;
}

std::string JsonObject::string(std::string_view name) {
  return require_string(require(name), path(name));
}

std::string JsonObject::optional_string(std::string_view name) {
  const JsonValue* const value = find(name);
  return value == nullptr ? std::string{} : require_string(*value, path(name));
}

std::string JsonObject::optional_timestamp(std::string_view name) {
  const JsonValue* const value = find(name);
  if (value == nullptr) return {};
  if (!is_timestamp(require_string(*value, path(name)))) {
    throw_unexpected(path(name), *value, "a time by RFC 3339, as in 2026-01-02T03:04:05Z");
  }
  return value->text;
}

std::string JsonObject::media_type(std::string_view name) {
  return require_media_type(require(name), path(name));
}

std::string JsonObject::optional_media_type(std::string_view name) {
  const JsonValue* const value = find(name);
  return value == nullptr ? std::string{} : require_media_type(*value, path(name));
}

std::uint64_t JsonObject::size(std::string_view name) {
  const JsonValue& value = require(name);
  const std::string& text = value.text;
  std::uint64_t result = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), result);
  const bool whole = value.kind == Kind::number && failure == std::errc{} && end == text.data() + text.size();
  if (!whole || result > std::numeric_limits<std::int64_t>::max()) {
    throw_unexpected(path(name), value, "a whole number from 0 to 9223372036854775807");
  }
  return result;
}

bool JsonObject::optional_boolean(std::string_view name) {
  const JsonValue* const value = find(name);
  return value != nullptr && require_kind(*value, path(name), Kind::boolean, "true or false").text == "true";
}

Digest JsonObject::digest(std::string_view name) {
  return require_digest(require(name), path(name));
}

void JsonObject::array(std::string_view name, const Each& each) {
  const JsonValue& value = require_kind(require(name), path(name), Kind::array, "an array");
  for (std::size_t i = 0; i < value.items.size(); ++i) each(value.items[i], fmt::format("{}[{}]", path(name), i));
}

std::vector<std::string> JsonObject::optional_strings(std::string_view name) {
  std::vector<std::string> result;
  if (find(name) == nullptr) return result;
  array(name, [&](const JsonValue& item, const std::string& where) { result.push_back(require_string(item, where)); });
  return result;
}

std::map<std::string, std::string> JsonObject::optional_map(std::string_view name) {
  std::map<std::string, std::string> result;
  const JsonValue* const value = find(name);
  if (value == nullptr) return result;
  for (const auto& [key, item] : require_kind(*value, path(name), Kind::object, "an object of strings").members) {
    result.emplace(key, require_string(item, key_path(path(name), key)));
  }
  return result;
}

std::set<std::string> JsonObject::optional_set(std::string_view name) {
  std::set<std::string> result;
  const JsonValue* const value = find(name);
  if (value == nullptr) return result;
  for (const auto& [key, item] : require_kind(*value, path(name), Kind::object, "an object of {}").members) {
    const bool empty = item.kind == Kind::null || (item.kind == Kind::object && item.members.empty());
    if (!empty) throw_unexpected(key_path(path(name), key), item, "{}");
    result.insert(key);
  }
  return result;
}

UnknownFields JsonObject::unknown() const {
  UnknownFields result;
  for (const auto& [name, value] : value_.members) {
    if (std::ranges::find(known_, name) == known_.end()) result.emplace(name, to_json(value));
  }
  return result;
}

void throw_unexpected(std::string_view path, const JsonValue& found, std::string_view expected) {
  throw Error{Errc::invalid_document, fmt::format("{}{}found {}, expected {}", path, path.empty() ? "" : ": ",
                                                  describe_value(found), expected)};
}

const std::string& require_string(const JsonValue& value, std::string_view path) {
  return require_kind(value, path, Kind::string, "a string").text;
}

Digest require_digest(const JsonValue& value, std::string_view path) {
  const std::string& text = require_string(value, path);
  return with_context(path, [&] { return Digest::parse(text); });
}

}  // namespace ocibuild
