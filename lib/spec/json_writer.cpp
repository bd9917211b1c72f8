// Canonical JSON.
#include "spec/json_writer.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "spec/json.hpp"
#include "spec/text.hpp"

namespace ocibuild {

void JsonWriter::open(char bracket) {
  text_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
}

void JsonWriter::separate() {
  if (needs_comma_) text_ += ',';
  needs_comma_ = false;
}

void JsonWriter::name(std::string_view name) {
  separate();
  append_json_string(text_, name);
  text_ += ':';
}

void JsonWriter::string(std::string_view text) {
  append_json_string(text_, text);
  needs_comma_ = true;
}

void JsonWriter::number(std::uint64_t value) {
  text_ += std::to_string(value);
  needs_comma_ = true;
}

void JsonWriter::boolean(bool value) {
  text_ += value ? "true" : "false";
  needs_comma_ = true;
}

void JsonWriter::optional_string(std::string_view member, std::string_view text) {
  if (text.empty()) return;
  name(member);
  string(text);
}

void JsonWriter::optional_strings(std::string_view member, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  name(member);
  array(texts, [this](const std::string& text) { string(text); });
}

void JsonWriter::optional_map(std::string_view member, const std::map<std::string, std::string>& map) {
  if (map.empty()) return;
  name(member);
  object([&] {
    for (const auto& [key, value] : map) {
      name(key);
      string(value);
    }
  });
}

void JsonWriter::optional_set(std::string_view member, const std::set<std::string>& set) {
  if (set.empty()) return;
  name(member);
  object([&] {
    for (const std::string& key : set) {
      name(key);
      object([] {});
    }
  });
}

void JsonWriter::unknown_fields(const UnknownFields& fields) {
  for (const auto& [member, json] : fields) {
    name(member);
    try {
      text_ += to_json(parse_json(json, max_manifest_size));
    } catch (const Error& error) {
      throw Error{Errc::invalid_argument, fmt::format("unknown field {}: {}", quote(member), error.what())};
    }
    needs_comma_ = true;
  }
}

}  // namespace ocibuild
