// From manifests to the probes in them.
#include "ocibuild/deploy/manifest_probes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "deploy/manifest_nodes.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/number.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::array<std::string_view, 3> probe_kinds{"readiness", "liveness", "startup"};
constexpr std::array<std::string_view, 3> other_actions{"exec", "tcpSocket", "grpc"};

std::uint16_t parse_port(const YamlNode& node, std::string_view text) {
  const auto port = whole_number<std::uint16_t>(text);
  if (!port || *port == 0) refuse(node, fmt::format("{} is not a port from 1 to 65535", quote(text)));
  return *port;
}

/// Everything that a pod's template says, around its containers.
struct PodTemplate {
  std::string workload;
  std::map<std::string, std::string> labels;
  bool on_host_network = false;
};

/// Reads one manifest.
class ProbeReader {
 public:
  void read_object(const YamlNode& object) {
    const std::string kind = nodes_.text(object, "kind");
    if (kind.ends_with("List")) {
      for (const YamlNode* item : nodes_.items(object, "items")) read_one(*item, nodes_.text(*item, "kind"));
    } else {
      read_one(object, kind);
    }
  }

  ManifestProbes take() { return std::move(found_); }

 private:
  void read_one(const YamlNode& object, std::string_view kind) {
    const YamlNode* spec = nodes_.find(object, "spec");
    if (spec == nullptr || spec->kind != YamlNode::Kind::mapping) return;
    if (kind == "Service") return read_service(object, *spec);
    if (kind == "Pod") return read_pod(object, object, kind);
    const YamlNode* job = kind == "CronJob" ? nodes_.mapping(*spec, "jobTemplate") : nullptr;
    const YamlNode* around = job == nullptr ? spec : nodes_.mapping(*job, "spec");
    const YamlNode* pod = around == nullptr ? nullptr : nodes_.find(*around, "template");
    // Any object may have a template; one of pods has a spec with containers.
    if (pod != nullptr && pod->kind == YamlNode::Kind::mapping) read_pod(object, *pod, kind);
  }

  std::string name_of(const YamlNode& object) {
    const YamlNode* metadata = nodes_.mapping(object, "metadata");
    std::string name = metadata == nullptr ? "" : nodes_.text(*metadata, "name");
    if (name.empty() && metadata != nullptr) name = nodes_.text(*metadata, "generateName");
    if (name.empty()) refuse(object, "an object has no name");
    return name;
  }

  void read_service(const YamlNode& object, const YamlNode& spec) {
    found_.services.push_back({.name = name_of(object), .selector = nodes_.texts(spec, "selector")});
  }

  void read_pod(const YamlNode& object, const YamlNode& pod, std::string_view kind) {
    const YamlNode* spec = nodes_.find(pod, "spec");
    if (spec == nullptr || spec->kind != YamlNode::Kind::mapping) return;
    PodTemplate around{.workload = name_of(object), .labels = {}};
    if (const YamlNode* metadata = nodes_.mapping(pod, "metadata")) around.labels = nodes_.texts(*metadata, "labels");
    around.on_host_network = nodes_.text(*spec, "hostNetwork") == "true";
    const std::size_t probes_before = found_.probes.size();
    for (const std::string_view list : {"initContainers", "containers"}) {
      for (const YamlNode* container : nodes_.items(*spec, list)) read_container(around, *container);
    }
    const bool has_probe = found_.probes.size() > probes_before;
    const bool ends = kind == "Job" || kind == "CronJob";  // nobody expects probes of what does its work and ends
    if (!has_probe && !ends) found_.passed_over.push_back(fmt::format("{}: it has no HTTP probe", around.workload));
  }

  void read_container(const PodTemplate& around, const YamlNode& container) {
    const std::string name = nodes_.text(container, "name");
    if (name.empty()) refuse(container, fmt::format("a container of {} has no name", around.workload));
    for (const std::string_view kind : probe_kinds) {
      const YamlNode* declared = nodes_.mapping(container, fmt::format("{}Probe", kind));
      if (declared == nullptr) continue;
      if (const YamlNode* action = nodes_.mapping(*declared, "httpGet")) {
        HttpProbe probe{.workload = around.workload, .container = name, .kind = std::string{kind}};
        probe.labels = around.labels;
        read_action(container, *action, probe);
        if (around.on_host_network) probe.host_port = probe.port;
        found_.probes.push_back(std::move(probe));
      } else {
        pass_over(fmt::format("{}/{}: its {} probe is", around.workload, name, kind), *declared);
      }
    }
  }

  void pass_over(const std::string& whose, const YamlNode& declared) {
    const auto action = std::ranges::find_if(other_actions, [&](auto name) { return nodes_.find(declared, name); });
    if (action == other_actions.end())
      refuse(declared, fmt::format("{} none of httpGet, exec, tcpSocket, grpc", whose));
    found_.passed_over.push_back(fmt::format("{} {}", whose, *action));
  }

  void read_action(const YamlNode& container, const YamlNode& action, HttpProbe& probe) {
    read_port(container, action, probe);
    const std::string scheme = nodes_.text(action, "scheme");
    if (!scheme.empty() && scheme != "HTTP" && scheme != "HTTPS") {
      refuse(action, fmt::format("scheme is {}, expected HTTP or HTTPS", quote(scheme)));
    }
    probe.scheme = scheme == "HTTPS" ? "https" : "http";
    const std::string path = nodes_.text(action, "path");
    const auto is_allowed = [](char c) { return c > ' ' && c <= '~' && c != '\\'; };
    if (!std::ranges::all_of(path, is_allowed)) refuse(action, fmt::format("{} is no path of a URL", quote(path)));
    probe.path = path.starts_with('/') ? path : "/" + path;
    for (const YamlNode* header : nodes_.items(action, "httpHeaders")) read_header(*header, probe);
  }

  void read_port(const YamlNode& container, const YamlNode& action, HttpProbe& probe) {
    const std::string wanted = nodes_.text(action, "port");
    if (wanted.empty()) refuse(action, fmt::format("a probe of {} has no port", probe.container));
    const bool is_number = std::ranges::all_of(wanted, is_digit);
    if (is_number) probe.port = parse_port(action, wanted);
    for (const YamlNode* port : nodes_.items(container, "ports")) {
      const std::uint16_t number = parse_port(*port, nodes_.text(*port, "containerPort"));
      if (is_number ? number != probe.port : nodes_.text(*port, "name") != wanted) continue;
      probe.port = number;
      const std::string on_host = nodes_.text(*port, "hostPort");
      if (!on_host.empty() && on_host != "0") probe.host_port = parse_port(*port, on_host);
      return;
    }
    if (!is_number) refuse(action, fmt::format("container {} has no port {}", probe.container, quote(wanted)));
  }

  void read_header(const YamlNode& header, HttpProbe& probe) {
    std::string name = nodes_.text(header, "name");
    std::string value = nodes_.text(header, "value");
    const auto is_token = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; };
    const auto is_printable = [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; };
    if (name.empty() || !std::ranges::all_of(name, is_token) || !std::ranges::all_of(value, is_printable)) {
      refuse(header, fmt::format("{} is no header field", quote(name)));
    }
    probe.headers.add(std::move(name), std::move(value));
  }

  ManifestNodes nodes_;
  ManifestProbes found_;
};

}  // namespace

void ManifestProbes::append(ManifestProbes other) {
  const auto move_all = [](auto& from, auto& to) { std::ranges::move(from, std::back_inserter(to)); };
  move_all(other.probes, probes);
  move_all(other.services, services);
  move_all(other.passed_over, passed_over);
}

ManifestProbes read_probes(std::string_view manifest) {
  const YamlDocuments documents = parse_yaml(manifest);
  ProbeReader reader;
  for (const YamlNode* root : documents.roots) reader.read_object(*root);
  return reader.take();
}

}  // namespace ocibuild
