// Where the probes of manifests are asked.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/nearest.hpp"
#include "ocibuild/deploy/manifest_probes.hpp"

namespace ocibuild {
namespace {

using Labels = std::map<std::string, std::string>;

/// An empty selector selects nothing: such a Service leads to addresses that somebody else writes.
bool selects(const ProbedService& service, const Labels& labels) {
  return !service.selector.empty() && std::ranges::all_of(service.selector, [&](const auto& wanted) {
    const auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

/// The names whose base URL a probe may use, the nearest first.
std::vector<std::string> names_of(const HttpProbe& probe, const ManifestProbes& manifests) {
  std::vector<std::string> names{fmt::format("{}/{}", probe.workload, probe.container), probe.workload,
                                 probe.container};
  for (const ProbedService& service : manifests.services) {
    if (selects(service, probe.labels)) names.push_back(service.name);
  }
  return names;
}

void require_usable(const BaseUrls& base_urls, const ManifestProbes& manifests) {
  std::set<std::string> known;
  for (const HttpProbe& probe : manifests.probes) {
    for (std::string& name : names_of(probe, manifests)) known.insert(std::move(name));
  }
  for (const ProbedService& service : manifests.services) known.insert(service.name);
  for (const auto& [name, url] : base_urls) {
    if (!url.query().empty()) {
      throw Error{Errc::invalid_argument, fmt::format("the base URL of '{}' has a query", name)};
    }
    if (known.contains(name)) continue;
    Error error{Errc::invalid_argument, fmt::format("no probe in the manifests belongs to '{}'", name)};
    if (!known.empty()) {
      error.add_help(fmt::format("did you mean '{}'?", nearest(name, {known.begin(), known.end()})));
    }
    throw error;
  }
}

Url below(const Url& base, const std::string& path) {
  std::string url = base.string();
  while (url.ends_with('/')) url.pop_back();
  return Url::parse(url + path);
}

std::optional<Url> url_of(const HttpProbe& probe, const ManifestProbes& manifests, const BaseUrls& base_urls) {
  for (const std::string& name : names_of(probe, manifests)) {
    const auto found = base_urls.find(name);
    if (found != base_urls.end()) return below(found->second, probe.path);
  }
  if (!probe.host_port) return {};
  return Url::parse(fmt::format("{}://127.0.0.1:{}{}", probe.scheme, *probe.host_port, probe.path));
}

[[noreturn]] void refuse_homeless(const std::vector<const HttpProbe*>& homeless) {
  std::string names;
  std::map<std::string, std::uint16_t> workloads;
  for (const HttpProbe* probe : homeless) {
    if (workloads.emplace(probe->workload, probe->port).second) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", probe->workload);
    }
  }
  Error error{Errc::invalid_document, fmt::format("it is not known where {} can be reached", names)};
  for (const auto& [workload, port] : workloads) {
    error.add_help(fmt::format("add '--base-url {}=http://HOST:PORT', with what leads to its port {}", workload, port));
  }
  throw error;
}

/// What one or several probes of a container ask.
struct Question {
  std::string container;  ///< `WORKLOAD/CONTAINER`
  Url url;
  Headers headers;
  std::vector<std::string> kinds;
};

/// Adds what the probe asks, or its kind to the same question.
void add(std::vector<Question>& questions, const HttpProbe& probe, const Url& url) {
  const std::string container = fmt::format("{}/{}", probe.workload, probe.container);
  const auto same = std::ranges::find_if(questions, [&](const Question& question) {
    return question.container == container && question.url == url &&
           std::ranges::equal(question.headers, probe.headers);
  });
  if (same == questions.end()) {
    questions.push_back({.container = container, .url = url, .headers = probe.headers, .kinds = {probe.kind}});
  } else if (std::ranges::find(same->kinds, probe.kind) == same->kinds.end()) {
    same->kinds.push_back(probe.kind);
  }
}

}  // namespace

std::vector<ProbeTarget> probe_targets(const ManifestProbes& manifests, const BaseUrls& base_urls) {
  require_usable(base_urls, manifests);
  std::vector<Question> questions;
  std::vector<const HttpProbe*> homeless;
  for (const HttpProbe& probe : manifests.probes) {
    if (const std::optional<Url> url = url_of(probe, manifests, base_urls)) {
      add(questions, probe, *url);
    } else {
      homeless.push_back(&probe);
    }
  }
  if (!homeless.empty()) refuse_homeless(homeless);
  std::vector<ProbeTarget> targets;
  for (const Question& question : questions) {
    targets.push_back({.name = fmt::format("{} {}", question.container, fmt::join(question.kinds, "+")),
                       .url = question.url,
                       .headers = question.headers});
  }
  return targets;
}

}  // namespace ocibuild
