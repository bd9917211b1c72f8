// Reading the members of a JSON object into the fields of a struct. Private to the test registry.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "ocibuild/base/error.hpp"

namespace ocibuild::testing {

/// A field keeps its value where there is no member for it. Everything throws Error{invalid_document}.
class JsonFields {
 public:
  using Json = nlohmann::json;

  /// `object` must outlive this. `what` names it in messages.
  JsonFields(const Json& object, std::string what) : object_{object}, what_{std::move(what)} {
    if (!object.is_object()) fail("found no object");
  }

  /// The member, or null when it is absent.
  const Json* find(const std::string& name) {
    known_.insert(name);
    const auto member = object_.find(name);
    return member == object_.end() ? nullptr : &*member;
  }

  template <class Field>
  void take(const std::string& name, Field& field) {
    const Json* const member = find(name);
    if (member == nullptr) return;
    try {
      read(*member, field);
    } catch (const Json::exception& error) {
      fail(name + ": " + error.what());
    }
  }

  template <class Enumeration>
  void take(const std::string& name, Enumeration& field,
            std::initializer_list<std::pair<std::string_view, Enumeration>> enumerators) {
    std::string text;
    take(name, text);
    if (text.empty()) return;
    for (const auto& [spelling, value] : enumerators) {
      if (spelling != text) continue;
      field = value;
      return;
    }
    fail(name + ": found " + text);
  }

  /// Throws when there is a member that was not asked for.
  void finish() const {
    for (const auto& [name, value] : object_.items()) {
      if (!known_.contains(name)) fail("there is no " + name);
    }
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw Error{Errc::invalid_document, what_ + ": " + message};
  }

 private:
  template <class Value>
  static void read(const Json& json, Value& value) {
    json.get_to(value);
  }
  template <class Value>
  static void read(const Json& json, std::optional<Value>& value) {
    value.reset();
    if (!json.is_null()) read(json, value.emplace());
  }
  static void read(const Json& json, std::chrono::milliseconds& value) {
    value = std::chrono::milliseconds{json.get<std::chrono::milliseconds::rep>()};
  }

  const Json& object_;
  std::string what_;
  std::set<std::string> known_;
};

}  // namespace ocibuild::testing
