// ocibuild plan
#include <memory>

#include <fmt/format.h>

#include "base_images.hpp"
#include "commands.hpp"
#include "json_text.hpp"
#include "options.hpp"
#include "planning.hpp"
#include "text.hpp"

namespace ocibuild {
namespace {

struct PlanCommand {
  PlanningOptions planning;
  bool json = false;
};

ExitCode run(const PlanCommand& options, Session& session) {
  const auto progress = session.start_progress();
  const Plan plan = make_shown_plan(options.planning, session, *progress);
  if (lock_policy(options.planning) == LockPolicy::locked) require_locked(wanted_bases(plan), plan.lock);
  session.console.result(options.json ? without_workflow_commands_in_json(plan_json(plan)) + "\n"
                                      : terminal_lines(plan_text(plan)));
  return ExitCode::ok;
}

}  // namespace

void add_plan_command(CommandLine& line) {
  const auto options = std::make_shared<PlanCommand>();
  CLI::App& command = line.add_command("plan", "Shows what `build` would do, and why, without doing it",
                                       [options](Session& session) { return run(*options, session); });
  add_planning_options(command, options->planning);
  add_json_flag(command, options->json, "the plan");
  command.footer(fmt::format("{}\n\n{}", bases_help, settings_help));
}

}  // namespace ocibuild
