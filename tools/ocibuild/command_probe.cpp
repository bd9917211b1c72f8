// ocibuild probe
#include <algorithm>
#include <limits>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "commands.hpp"
#include "network.hpp"
#include "ocibuild/base/duration.hpp"
#include "ocibuild/base/file.hpp"
#include "ocibuild/deploy/manifest_probes.hpp"
#include "options.hpp"
#include "probe_results.hpp"
#include "streams.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct ProbeCommand {
  std::vector<std::string> urls;
  std::vector<std::string> files;
  std::vector<std::string> base_urls;
  std::optional<std::string> expect_status;
  std::string expect_body;
  std::string timeout = "60s";
  std::string try_timeout = "2s";
  std::string interval = "500ms";
  bool allow_placeholder = false;
  NetworkOptions network;
  bool json = false;
};

std::chrono::milliseconds positive_duration(const char* option, const std::string& text) {
  return with_context(option, [&] {
    const std::chrono::milliseconds duration = parse_duration(text);
    if (duration.count() == 0) throw Error{Errc::invalid_argument, fmt::format("'{}' is no time at all", text)};
    return duration;
  });
}

ProbeOptions probe_options(const ProbeCommand& options) {
  return {.first_wait = positive_duration("--interval", options.interval),
          .try_timeout = positive_duration("--try-timeout", options.try_timeout),
          .total_timeout = positive_duration("--timeout", options.timeout),
          .placeholders = options.allow_placeholder ? PlaceholderPolicy::accept : PlaceholderPolicy::refuse};
}

BaseUrls base_urls_of(const ProbeCommand& options) {
  BaseUrls urls;
  for (const std::string& text : options.base_urls) {
    with_context("--base-url", [&] {
      const std::size_t equals = text.find('=');
      const std::string name = text.substr(0, equals);
      if (equals == std::string::npos || name.empty() || name.find("://") != std::string::npos) {
        throw Error{Errc::invalid_argument, "expected NAME=URL, as in engine=http://127.0.0.1:8081"};
      }
      if (!urls.emplace(name, Url::parse(text.substr(equals + 1))).second) {
        throw Error{Errc::invalid_argument, fmt::format("'{}' has one already", name)};
      }
    });
  }
  return urls;
}

/// What the manifests declare.
std::vector<ProbeTarget> manifest_targets(const ProbeCommand& options, const std::vector<std::string>& files,
                                          Console& console) {
  if (files.empty() && !options.base_urls.empty()) {
    throw Error{Errc::invalid_argument, "--base-url is for manifests, and -f names none"};
  }
  ManifestProbes manifests;
  for (const std::string& file : files) {
    const std::string text = read_file(file, max_probed_manifest);
    manifests.append(with_context(file, [&] { return read_probes(text); }));
  }
  for (const std::string& probe : manifests.passed_over) console.note(fmt::format("{}, passed over", probe));
  if (manifests.probes.empty() && !files.empty()) {
    throw Error{Errc::invalid_document, fmt::format("no HTTP probe in {}", fmt::join(files, ", "))};
  }
  return probe_targets(manifests, base_urls_of(options));
}

std::vector<ProbeTarget> targets_of(const ProbeCommand& options, Console& console) {
  // -f takes all that follows, so that a shell can expand `-f k8s/*.yaml`; URLs behind it are URLs all the same.
  std::vector<std::string> files = options.files;
  std::vector<std::string> urls = options.urls;
  const auto is_file = [](const std::string& word) {
    return !word.starts_with("http://") && !word.starts_with("https://");
  };
  const auto first_url = std::stable_partition(files.begin(), files.end(), is_file);
  urls.insert(urls.end(), first_url, files.end());
  files.erase(first_url, files.end());

  std::vector<ProbeTarget> targets = manifest_targets(options, files, console);
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const Url url = with_context(fmt::format("URL {}", i + 1), [&] { return Url::parse(urls[i]); });
    targets.push_back({.name = url.redacted(), .url = url});
  }
  if (targets.empty()) throw Error{Errc::invalid_argument, "nothing to probe: expected a URL, or a manifest with -f"};
  std::optional<ExpectedStatuses> expected;
  if (options.expect_status) {
    expected = with_context("--expect-status", [&] { return ExpectedStatuses::parse(*options.expect_status); });
  }
  for (ProbeTarget& target : targets) {
    target.expected = expected;
    target.body = options.expect_body;
  }
  return targets;
}

/// Shows each try, and leaves a line for each target that is healthy.
ProbeListener shown_on(Progress& progress) {
  return [&progress](const ProbeTarget& target, const ProbeReport& report) {
    if (report.state == ProbeState::healthy) {
      progress.finish(target.name, fmt::format("healthy after {}", human_duration(report.elapsed)));
    } else {
      progress.update({.subject = target.name, .activity = fmt::format("probing ({})", report.reason)});
    }
  };
}

ExitCode run(const ProbeCommand& options, Session& session) {
  ProbeResults results{.targets = targets_of(options, session.console), .reports = {}};
  const ProbeOptions how = probe_options(options);
  results.placeholders = how.placeholders;
  Network network{options.network, session};
  {
    const auto progress = session.start_progress();
    for (const ProbeTarget& target : results.targets) progress->update({.subject = target.name, .activity = "probing"});
    results.reports = probe(results.targets, network.transport(), system_clock(), how, shown_on(*progress));
  }
  const Terminal screen = terminal(STDOUT_FILENO, session.environment);
  const std::size_t columns = screen.present ? screen.columns : std::numeric_limits<std::size_t>::max();
  session.console.result(options.json ? probe_json(results) : probe_table(results, columns));
  const std::optional<Error> failure = probe_failure(results);
  if (!failure) return ExitCode::ok;
  session.console.report(*failure);
  return exit_code(failure->code());
}

}  // namespace

void add_probe_command(CommandLine& line) {
  const auto options = std::make_shared<ProbeCommand>();
  CLI::App& command = line.add_command("probe", "Asks services over HTTP until they are healthy",
                                       [options](Session& session) { return run(*options, session); });
  add_list(command, "URL", options->urls, "URL", "what to ask, as http://127.0.0.1:8080/health");
  add_list(command, "-f,--filename", options->files, "FILE",
           "read the HTTP probes of the workloads in this manifest; takes several, as in -f k8s/*.yaml")
      ->allow_extra_args();
  add_list(command, "--base-url", options->base_urls, "NAME=URL",
           "where a workload, one container of it (WORKLOAD/CONTAINER), or a Service is reached; repeatable");
  add_text(command, "--expect-status", options->expect_status, "STATUS",
           "statuses that are healthy, as 200,204 or 200-299; default: 200-399, as in Kubernetes");
  add_text(command, "--expect-body", options->expect_body, "TEXT", "what a healthy answer has in its first 64 KiB");
  add_text(command, "--timeout", options->timeout, "TIME", "how long to try in all; default 60s");
  add_text(command, "--try-timeout", options->try_timeout, "TIME", "how long one answer may take; default 2s");
  add_text(command, "--interval", options->interval, "TIME",
           "the first wait between two tries, doubled up to 2s; default 500ms");
  command.add_flag("--allow-placeholder", options->allow_placeholder,
                   "accept a stock nginx that stands in for a service, when it answers twice in a row");
  add_trust_options(command, options->network, "do not check the certificate of this host; repeatable");
  add_json_flag(command, options->json, "the results");
  command.footer(
      "Probes of manifests are asked below their --base-url, else at their hostPort on 127.0.0.1.\n"
      "Redirects on the same host are followed, as Kubernetes does, unless --expect-status is given.\n"
      "No credentials are sent. Ends with 5 when something never got healthy.");
}

}  // namespace ocibuild
