// Reading JSON of other programs with errors that name the way to the value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "ocibuild/base/error.hpp"
#include "ocibuild/build/settings.hpp"

namespace ocibuild {

/// A document from its text. Throws Error{invalid_document} naming `title` for a syntax error or more than 64 levels.
nlohmann::json parse_document(std::string_view text, std::string_view title);

/// A value in a document that someone else keeps alive, together with the way to it. A function that expects a type
/// throws Error{invalid_document} as in `TITLE env.PORT: expected a string, found a number` when the value has another.
class Field {
 public:
  /// `title` is kept as a view: a literal.
  Field(const nlohmann::json& value, std::string_view title, std::string path = {})
      : value_{value}, title_{title}, path_{std::move(path)} {}

  const nlohmann::json& value() const noexcept { return value_; }

  /// The member of that name, which must be there.
  Field at(std::string_view key) const;
  /// The member of that name; absent and null are an answer.
  std::optional<Field> find(std::string_view key) const;
  /// The text of a member, empty when it is absent.
  std::string text_or_empty(std::string_view key) const;

  std::vector<std::pair<std::string, Field>> members() const;
  std::vector<Field> items() const;
  std::string text() const;
  bool boolean() const;
  std::vector<std::string> texts() const;
  StringMap text_map() const;

  /// An error at this place.
  Error error(std::string_view problem) const;

  /// What `read` makes of the text; its Error becomes one of this place.
  template <class Read>
  auto parsed(Read&& read) const {
    const std::string content = text();
    try {
      return std::forward<Read>(read)(std::string_view{content});
    } catch (const Error& reason) {
      throw error(reason.what());
    }
  }

 private:
  void expect(bool matches, std::string_view expected) const;
  std::string below(std::string_view key) const;

  const nlohmann::json& value_;
  std::string_view title_;
  std::string path_;
};

}  // namespace ocibuild
