// Control requests.
#include "support/registry/control.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "ocibuild/base/error.hpp"
#include "support/registry/settings.hpp"

namespace ocibuild::testing {
namespace {

using Json = nlohmann::ordered_json;

// Headers and targets may be anything, also no UTF-8.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const JournalEntry& entry) {
  Json headers = Json::array();
  for (const Header& header : entry.headers) headers.push_back({header.name, header.value});
  return {{"origin", entry.origin},       {"method", entry.method}, {"target", entry.target}, {"headers", headers},
          {"body_size", entry.body_size}, {"status", entry.status}, {"fault", entry.fault}};
}

ServerResponse answer_json(std::string body) {
  return {.headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

ServerResponse answer_bytes(const std::optional<std::string>& content) {
  if (!content) return {.status = 404, .body = "not there\n"};
  return {.headers = {{"Content-Type", "application/octet-stream"}}, .body = *content};
}

std::string need(const Parameters& parameters, std::string_view name) {
  const auto value = parameters.first(name);
  if (!value) throw Error{Errc::invalid_argument, std::string{name} + " is missing"};
  return *value;
}

Corruption corruption_of(const Parameters& parameters) {
  const std::string how = parameters.first("how").value_or("flipped");
  if (how == "flipped") return Corruption::flipped;
  if (how == "truncated") return Corruption::truncated;
  throw Error{Errc::invalid_argument, "how is flipped or truncated, found " + how};
}

std::chrono::milliseconds time_of(const Parameters& parameters) {
  const std::string text = need(parameters, "milliseconds");
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
    throw Error{Errc::invalid_argument, "milliseconds is no number"};
  }
  return std::chrono::milliseconds{value};
}

}  // namespace

std::string to_json_line(const JournalEntry& entry) {
  return dump(to_json(entry));
}

ServerResponse Control::answer(const ServerRequest& request) {
  const Target target{request.target};
  const std::string what = target.path.substr(target.path.rfind('/') + 1);
  try {
    if (request.method == "GET") return read(what, target.parameters);
    if (request.method == "POST") return change(what, target.parameters, request.body);
    return {.status = 405, .body = "controls are read by GET and changed by POST\n"};
  } catch (const Error& error) {
    return {.status = 400, .body = std::string{error.what()} + "\n"};
  }
}

ServerResponse Control::read(const std::string& what, const Parameters& parameters) const {
  if (what == "state") return answer_json(state());
  if (what == "journal") {
    Json entries = Json::array();
    for (const JournalEntry& entry : registry_.journal().entries()) entries.push_back(to_json(entry));
    return answer_json(dump(entries));
  }
  if (what == "blob") {
    return answer_bytes(registry_.blob(need(parameters, "repository"), Digest::parse(need(parameters, "digest"))));
  }
  if (what == "manifest") {
    return answer_bytes(registry_.manifest(need(parameters, "repository"), need(parameters, "reference")));
  }
  return {.status = 404, .body = "no such control\n"};
}

ServerResponse Control::change(const std::string& what, const Parameters& parameters, const std::string& body) {
  if (what == "faults") {
    FaultSettings settings = parse_fault_settings(body);
    faults_.replace(std::move(settings.rules), std::move(settings.random));
  } else if (what == "options") {
    registry_.configure(parse_options(body));
  } else if (what == "reset-journal") {
    registry_.journal().clear();
  } else if (what == "expire-tokens") {
    registry_.expire_tokens();
  } else if (what == "corrupt") {
    const bool found = registry_.corrupt(Digest::parse(need(parameters, "digest")), corruption_of(parameters));
    if (!found) return {.status = 404, .body = "not there\n"};
  } else if (what == "forget") {
    registry_.forget(Digest::parse(need(parameters, "digest")));
  } else if (what == "tag") {
    registry_.put_tag(need(parameters, "repository"), need(parameters, "tag"),
                      Digest::parse(need(parameters, "digest")));
  } else if (what == "offline") {
    go_offline_(time_of(parameters));
  } else {
    return {.status = 404, .body = "no such control\n"};
  }
  return answer_json("{}");
}

std::string Control::state() const {
  Json repositories = Json::object();
  for (const std::string& name : registry_.repositories()) {
    repositories[name] = {
        {"blobs", registry_.blobs(name)}, {"manifests", registry_.manifests(name)}, {"tags", registry_.tags(name)}};
  }
  return dump({{"repositories", repositories},
               {"open_uploads", registry_.open_uploads()},
               {"issued_tokens", registry_.issued_tokens()},
               {"faults_fired", faults_.fired()}});
}

}  // namespace ocibuild::testing
