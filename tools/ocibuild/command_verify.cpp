// ocibuild verify
#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "copying.hpp"
#include "json_text.hpp"
#include "network.hpp"
#include "ocibuild/audit/verify.hpp"
#include "ocibuild/store/place.hpp"
#include "options.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct VerifyCommand {
  std::string place;
  std::optional<unsigned> jobs;
  NetworkOptions network;
  bool json = false;
};

std::string_view name_of(FindingKind kind) {
  return kind == FindingKind::integrity ? "integrity" : "semantic";
}

std::string report_json(const std::string& name, const Descriptor& root, const Report& report) {
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"kind", name_of(finding.kind)},
                        {"path", finding.path},
                        {"digest", finding.digest.string()},
                        {"message", finding.message}});
  }
  return json_document({{"schemaVersion", json_schema_version},
                        {"name", name},
                        {"digest", root.digest.string()},
                        {"ok", report.ok()},
                        {"blobs", report.blobs},
                        {"size", report.bytes},
                        {"findings", findings}});
}

std::string report_text(const std::string& name, const Descriptor& root, const Report& report) {
  std::string text;
  for (const Finding& finding : report.findings) {
    text += terminal_text(fmt::format("{}: {}: {}", name_of(finding.kind), finding.path, finding.message)) + "\n";
    text += fmt::format("  {}\n", terminal_text(finding.digest.string()));
  }
  if (!report.ok()) return text;
  const std::string digest = fmt::format("@{}", root.digest.string());
  return fmt::format("{}{}\n  verified {}, {}\n", terminal_text(name), name.ends_with(digest) ? "" : digest,
                     counted(report.blobs, "blob"), human_size(report.bytes));
}

ExitCode run(const VerifyCommand& options, Session& session) {
  const std::string name = Place::parse(options.place).string();
  const auto progress = session.start_progress();
  progress->update({.subject = name, .activity = "verifying"});
  Network network{options.network, session};
  const OpenedRoot opened = open_for_reading(Place::parse(options.place), network);
  const Report report = with_context(fmt::format("verifying {}", name), [&] {
    return verify(*opened.store, opened.root, {.jobs = resolve_jobs(options.jobs)});
  });
  progress->finish(name, "");
  const auto result = options.json ? report_json : report_text;
  session.console.result(result(name, opened.root, report));
  if (report.ok()) return ExitCode::ok;
  session.console.report(Error{Errc::digest_mismatch,
                               fmt::format("verifying {}: {} in {}", name, counted(report.findings.size(), "finding"),
                                           counted(report.blobs, "blob"))});
  return report.has(FindingKind::integrity) ? ExitCode::integrity : ExitCode::findings;
}

}  // namespace

void add_verify_command(CommandLine& line) {
  const auto options = std::make_shared<VerifyCommand>();
  CLI::App& command = line.add_command("verify", "Reads an image again, with everything below it, and checks it",
                                       [options](Session& session) { return run(*options, session); });
  add_text(command, "REF", options->place, "PLACE", "what to verify")->required();
  add_jobs(command, options->jobs, "blobs read at the same time; default: one for each processor");
  add_json_flag(command, options->json, "the findings");
  add_network_options(command, options->network);
  command.footer(
      fmt::format("Ends with 7 when bytes are not what they should be, with 1 when documents contradict\n"
                  "each other.\n{}\n\n{}",
                  places_help, network_help));
}

}  // namespace ocibuild
