// Targets, forms and error answers.
#include "support/registry/message.hpp"

#include "spec/json.hpp"

namespace ocibuild::testing {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex_value(text[i + 2]);
    if (low >= 0) {
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

}  // namespace

Parameters::Parameters(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::string_view part = encoded.substr(0, encoded.find('&'));
    encoded.remove_prefix(std::min(encoded.size(), part.size() + 1));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view value = part.substr(std::min(equals + 1, part.size()));
    parameters_.push_back({decoded(part.substr(0, equals)), decoded(value)});
  }
}

std::optional<std::string> Parameters::first(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return {};
}

std::vector<std::string> Parameters::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) values.push_back(parameter.value);
  }
  return values;
}

Target::Target(std::string_view text)
    : path{text.substr(0, text.find('?'))},
      query{text.substr(std::min(text.size(), path.size() + 1))},
      parameters{query} {}

ServerResponse refuse(int status, std::string_view code, std::string_view message) {
  std::string body = R"({"errors":[{"code":)";
  append_json_string(body, code);
  body += R"(,"message":)";
  append_json_string(body, message);
  body += "}]}";
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

void complete(ServerResponse& response, std::string_view method) {
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless && !response.headers.first("Content-Length")) {
    response.headers.add("Content-Length", std::to_string(response.body.size()));
  }
  if (bodiless || method == "HEAD") response.body.clear();
}

}  // namespace ocibuild::testing
