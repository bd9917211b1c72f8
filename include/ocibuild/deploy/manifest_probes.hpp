// The HTTP probes that Kubernetes manifests declare, and where to ask them from outside the cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocibuild/deploy/probe.hpp"

namespace ocibuild {

/// Largest manifest whose probes are read.
inline constexpr std::size_t max_probed_manifest = 16 << 20;

/// An httpGet probe of a container.
struct HttpProbe {
  std::string workload;                       ///< name of the Deployment, StatefulSet, DaemonSet, Job, Pod, ...
  std::string container;                      ///< its name
  std::string kind;                           ///< `readiness`, `liveness` or `startup`
  std::map<std::string, std::string> labels;  ///< of the pods, which Services select by
  std::string scheme = "http";
  std::string path = "/";                  ///< begins with `/`, and has the query
  std::uint16_t port = 0;                  ///< of the container
  std::optional<std::uint16_t> host_port;  ///< where that port is on the node
  Headers headers = {};
};

/// A Service, as far as it says which pods it leads to.
struct ProbedService {
  std::string name;
  std::map<std::string, std::string> selector;
};

/// What manifests say about probes.
struct ManifestProbes {
  std::vector<HttpProbe> probes;  ///< in the order of the manifests
  std::vector<ProbedService> services;

  /// Probes that only the cluster can ask, as in `engine/engine: its liveness probe is exec`, and workloads that cannot
  /// be asked at all, as in `engine: it has no HTTP probe`.
  std::vector<std::string> passed_over;

  /// Takes what another manifest says, after its own.
  void append(ManifestProbes other);
};

/// Reads the probes of everything in a manifest that has a template of pods, and of Pods themselves; also in a List.
/// Other objects are passed over. Thresholds and periods are the cluster's business and not read.
///
/// Throws Error{invalid_document} naming the line, for what is not YAML, and for containers or probes that Kubernetes
/// would refuse.
ManifestProbes read_probes(std::string_view manifest);

/// Base URLs by name.
using BaseUrls = std::map<std::string, Url>;

/// What to ask for those probes, named `WORKLOAD/CONTAINER readiness`. Probes of one container that ask the same are
/// one target, named `WORKLOAD/CONTAINER readiness+liveness`. Each is asked below the base URL of `WORKLOAD/CONTAINER`,
/// else of the workload, of the container, or of a Service that leads to the pods, in this order; else at the port on
/// the node, as 127.0.0.1.
///
/// Throws Error{invalid_document} that names every workload without any of these, and Error{invalid_argument} for a
/// base URL with a query, or one that no probe and no Service has the name of.
std::vector<ProbeTarget> probe_targets(const ManifestProbes& manifests, const BaseUrls& base_urls);

}  // namespace ocibuild
