// Options and faults out of JSON.
#include "support/registry/settings.hpp"

#include <regex>

#include "spec/base64.hpp"
#include "support/registry/json_fields.hpp"

namespace ocibuild::testing {
namespace {

using Json = nlohmann::json;

Json parsed(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json::object();
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw Error{Errc::invalid_document, "the settings are not JSON"};
  return json;
}

AuthOptions read_auth(const Json& json, AuthOptions auth) {
  JsonFields fields{json, "auth"};
  fields.take("scheme", auth.scheme,
              {{"none", AuthScheme::none}, {"basic", AuthScheme::basic}, {"bearer", AuthScheme::bearer}});
  fields.take("username", auth.username);
  fields.take("password", auth.password);
  fields.take("refresh_token", auth.refresh_token);
  fields.take("repositories", auth.repositories);
  fields.take("anonymous_pull", auth.anonymous_pull);
  fields.take("realm", auth.realm);
  fields.take("service", auth.service);
  fields.take("placeholder_scope", auth.placeholder_scope);
  fields.take("grants", auth.grants,
              {{"intersection", Grants::intersection}, {"all_or_nothing", Grants::all_or_nothing}});
  fields.take("oauth_status", auth.oauth_status);
  fields.take("expires_in", auth.expires_in);
  fields.take("lifetime", auth.lifetime);
  fields.take("uses", auth.uses);
  fields.take("stale_status", auth.stale_status);
  fields.take("token_padding", auth.token_padding);
  fields.take("always_unauthorized", auth.always_unauthorized);
  fields.finish();
  return auth;
}

void read_uploads(JsonFields& fields, RegistryOptions& options) {
  fields.take("location", options.location,
              {{"relative", LocationStyle::relative},
               {"absolute", LocationStyle::absolute},
               {"state", LocationStyle::state},
               {"ghcr", LocationStyle::ghcr},
               {"schemeless", LocationStyle::schemeless},
               {"missing", LocationStyle::missing}});
  fields.take("location_origin", options.location_origin);
  fields.take("upload_range", options.upload_range,
              {{"exact", UploadRange::exact},
               {"stuck", UploadRange::stuck},
               {"behind", UploadRange::behind},
               {"missing", UploadRange::missing}});
  fields.take("range_in_416", options.range_in_416);
  fields.take("ignores_content_range", options.ignores_content_range);
  fields.take("chunk_minimum", options.chunk_minimum);
  fields.take("content_range_limit", options.content_range_limit);
  fields.take("single_post_status", options.single_post_status);
  fields.take("put_refusal", options.put_refusal);
  fields.take("patch_refusal", options.patch_refusal);
  fields.take("patch_status", options.patch_status);
  fields.take("put_status", options.put_status);
  fields.take("cancel_status", options.cancel_status);
  fields.take("sessions_die", options.sessions_die);
  fields.take("mount_status", options.mount_status);
}

RegistryOptions read_options(const Json& json) {
  JsonFields fields{json, "options"};
  std::string like;
  fields.take("like", like);
  if (!like.empty() && like != "ghcr" && like != "docker-registry") fields.fail("like: found " + like);
  RegistryOptions options;
  if (like == "ghcr") options = ghcr_options();
  if (like == "docker-registry") options = docker_registry_options();
  read_uploads(fields, options);
  fields.take("digest_header", options.digest_header,
              {{"right", DigestHeader::right},
               {"absent", DigestHeader::absent},
               {"wrong", DigestHeader::wrong},
               {"malformed", DigestHeader::malformed}});
  fields.take("blob_ranges", options.blob_ranges,
              {{"honoured", BlobRanges::honoured}, {"ignored", BlobRanges::ignored}, {"shifted", BlobRanges::shifted}});
  fields.take("blob_redirect", options.blob_redirect);
  fields.take("head_manifest_status", options.head_manifest_status);
  fields.take("large_manifest_status", options.large_manifest_status);
  fields.take("checks_sizes", options.checks_sizes);
  fields.take("referrers", options.referrers);
  fields.take("page_size", options.page_size);
  fields.take("pages", options.pages);
  fields.take("null_tags", options.null_tags);
  fields.take("endless_tags", options.endless_tags);
  if (const Json* const auth = fields.find("auth")) options.auth = read_auth(*auth, options.auth);
  fields.finish();
  return options;
}

/// The kind and, unless it is said otherwise, the point of `do`.
void read_action(JsonFields& fields, Fault& fault) {
  std::pair action{FaultKind::status, FaultPoint::answer};
  fields.take("do", action,
              {{"status", {FaultKind::status, FaultPoint::answer}},
               {"status_after", {FaultKind::status_after, FaultPoint::answer}},
               {"lose", {FaultKind::close, FaultPoint::answer}},
               {"close", {FaultKind::close, FaultPoint::head}},
               {"reset", {FaultKind::reset, FaultPoint::head}},
               {"stall", {FaultKind::stall, FaultPoint::head}},
               {"trickle", {FaultKind::trickle, FaultPoint::response}},
               {"wrong_length", {FaultKind::wrong_length, FaultPoint::answer}},
               {"endless", {FaultKind::endless, FaultPoint::answer}}});
  fault.kind = action.first;
  fault.point = action.second;
  fields.take("at", fault.point,
              {{"head", FaultPoint::head},
               {"request", FaultPoint::request},
               {"answer", FaultPoint::answer},
               {"response", FaultPoint::response}});
}

Fault read_fault(JsonFields& fields) {
  Fault fault;
  if (fields.find("do") == nullptr) fields.fail("there is nothing to do");
  read_action(fields, fault);
  fields.take("bytes", fault.bytes);
  fields.take("difference", fault.difference);
  fields.take("pause", fault.pause);
  fields.take("status", fault.answer.status);
  std::map<std::string, std::string> headers;
  fields.take("headers", headers);
  for (const auto& [name, value] : headers) fault.answer.headers.add(name, value);
  fields.take("body", fault.answer.body);
  std::string encoded;
  fields.take("body_base64", encoded);
  const auto decoded = decode_base64(encoded);
  if (!decoded) fields.fail("body_base64 is not base64");
  fault.answer.body += *decoded;
  std::size_t size = fault.answer.body.size();
  fields.take("body_size", size);
  fault.answer.body.resize(size, 'x');
  return fault;
}

FaultRule read_rule(const Json& json) {
  JsonFields fields{json, "fault"};
  FaultRule rule;
  fields.take("method", rule.method);
  fields.take("target", rule.target);
  fields.take("pattern", rule.pattern);
  fields.take("skip", rule.skip);
  const Json* const times = fields.find("times");
  if (times != nullptr && *times == "always") {
    rule.times = FaultRule::always;
  } else {
    fields.take("times", rule.times);
  }
  rule.fault = read_fault(fields);
  fields.finish();
  try {
    std::regex{rule.pattern};
  } catch (const std::regex_error& error) {
    fields.fail(std::string{"pattern: "} + error.what());
  }
  return rule;
}

RandomFaults read_random(const Json& json) {
  JsonFields fields{json, "random"};
  RandomFaults random;
  fields.take("probability", random.probability);
  fields.take("target", random.target);
  const Json* const faults = fields.find("faults");
  if (faults == nullptr || !faults->is_array()) fields.fail("faults: found no list");
  for (const Json& fault : *faults) {
    JsonFields members{fault, "random fault"};
    random.faults.push_back(read_fault(members));
    members.finish();
  }
  fields.finish();
  return random;
}

FaultSettings read_faults(JsonFields& fields) {
  FaultSettings settings;
  if (const Json* const rules = fields.find("faults")) {
    if (!rules->is_array()) fields.fail("faults: found no list");
    for (const Json& rule : *rules) settings.rules.push_back(read_rule(rule));
  }
  std::uint64_t seed = 0;
  fields.take("seed", seed);
  if (const Json* const random = fields.find("random")) {
    settings.random = read_random(*random);
    settings.random->seed = seed;
  }
  return settings;
}

}  // namespace

ServerSettings parse_server_settings(std::string_view text) {
  const Json json = parsed(text);
  JsonFields fields{json, "settings"};
  ServerSettings settings;
  fields.take("port", settings.port);
  if (const Json* const options = fields.find("options")) settings.options = read_options(*options);
  settings.faults = read_faults(fields);
  fields.finish();
  return settings;
}

FaultSettings parse_fault_settings(std::string_view text) {
  const Json json = parsed(text);
  JsonFields fields{json, "settings"};
  FaultSettings settings = read_faults(fields);
  fields.finish();
  return settings;
}

RegistryOptions parse_options(std::string_view text) {
  return read_options(parsed(text));
}

}  // namespace ocibuild::testing
