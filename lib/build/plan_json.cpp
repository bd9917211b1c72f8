// The plan for machines.
#include <nlohmann/json.hpp>

#include "ocibuild/base/duration.hpp"
#include "ocibuild/build/plan.hpp"

namespace ocibuild {
namespace {

using nlohmann::json;  // sorts the members of objects

template <class Value>
json with_origin(const Value& value, Origin origin) {
  return {{"value", value}, {"source", to_string(origin)}};
}

template <class Value>
json as_json(const Setting<Value>& setting) {
  return with_origin(setting.value, setting.origin);
}

json as_json(const std::map<std::string, Setting<std::string>>& settings) {
  json result = json::object();
  for (const auto& [key, setting] : settings) result[key] = as_json(setting);
  return result;
}

json as_json(const PlatformPlan& platform) {
  json result{{"platform", platform.platform.string()}};
  if (platform.given_binary) {
    result["binary"] = platform.given_binary->string();
    return result;
  }
  result["target"] = as_json(platform.triple);
  result["target"]["reason"] = platform.triple_reason;
  result["linker"] = {{"value", platform.linker}, {"reason", platform.linker_reason}};
  return result;
}

json as_json(const FileRule& rule) {
  json result{{"source", rule.source}, {"dest", rule.dest}, {"allowOutside", rule.outside == OutsideWorkspace::allow}};
  if (rule.mode) result["mode"] = *rule.mode;
  return result;
}

template <class Value>
json list_of(const std::vector<Value>& values, json (*as_item)(const Value&)) {
  json result = json::array();
  for (const Value& value : values) result.push_back(as_item(value));
  return result;
}

json as_json(const Platform& platform) {
  return platform.string();
}

json layer_titles(const ComponentPlan& component) {
  json titles = json::array();
  for (const LayerPlan& layer : component.layers) titles.push_back(layer.title);
  titles.push_back("binary");
  return titles;
}

json base_json(const ComponentPlan& component, const Plan& plan) {
  json result = as_json(component.base);
  if (!component.base_place) return result;
  const BasePin pin = pin_of(component, plan);
  result["place"] = component.base_place->string();
  result["pin"] = {{"source", pin.source}};
  if (pin.digest) result["pin"]["digest"] = pin.digest->string();
  for (const auto& [platform, digest] : pin.platforms) result["pin"]["platforms"][platform] = digest.string();
  return result;
}

json as_json(const ComponentPlan& component, const Plan& plan) {
  json result{{"name", component.name},
              {"package", component.package},
              {"binary", component.binary},
              {"image", as_json(component.image)},
              {"registry", as_json(component.registry)},
              {"tags", as_json(component.tags)},
              {"platforms", with_origin(list_of<Platform>(component.platform_setting.value, as_json),
                                        component.platform_setting.origin)},
              {"targets", list_of<PlatformPlan>(component.platforms, as_json)},
              {"base", base_json(component, plan)},
              {"profile", as_json(component.profile)},
              {"compression", with_origin(component.compression.value == Compression::zstd ? "zstd" : "gzip",
                                          component.compression.origin)},
              {"user", with_origin(component.user.value.string(), component.user.origin)},
              {"features", as_json(component.features)},
              {"expose", as_json(component.expose)},
              {"cmd", as_json(component.cmd)},
              {"workdir", as_json(component.workdir)},
              {"env", as_json(component.env)},
              {"labels", as_json(component.labels)},
              {"annotations", as_json(component.annotations)},
              {"files", list_of<FileRule>(component.files, as_json)},
              {"layers", layer_titles(component)}};
  const Budget& budget = component.budget;
  if (const auto& size = budget.image_size; size.value) {
    result["budget"]["image-size"] = with_origin(*size.value, size.origin);
  }
  if (const auto& growth = budget.image_growth; growth.value) {
    result["budget"]["image-growth"] = with_origin(growth.value->string(), growth.origin);
  }
  if (const auto& time = budget.build_time; time.value) {
    result["budget"]["build-time"] = with_origin(duration_text(*time.value), time.origin);
  }
  if (component.ca_certificates.value) {
    result["ca-certificates"] =
        with_origin(component.ca_certificates.value->string(), component.ca_certificates.origin);
  }
  return result;
}

json as_json(const CargoRun& run) {
  return {{"packages", run.packages}, {"binaries", run.binaries}, {"features", run.features},
          {"targets", run.triples},   {"profile", run.profile},   {"command", run.command.argv}};
}

}  // namespace

std::string plan_json(const Plan& plan) {
  json components = json::array();
  for (const ComponentPlan& component : plan.components) components.push_back(as_json(component, plan));
  const json document{{"schemaVersion", 1},        {"workspace", plan.workspace.root.string()},
                      {"revision", plan.revision}, {"created", plan.created},
                      {"components", components},  {"cargo", list_of<CargoRun>(plan.cargo_runs, as_json)},
                      {"notes", plan.notes}};
  return document.dump(-1, ' ', false, json::error_handler_t::replace);  // paths may be no UTF-8
}

}  // namespace ocibuild
