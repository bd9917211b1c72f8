#include "build/sharing.hpp"

#include <doctest/doctest.h>

namespace ocibuild {
namespace {

using Texts = std::vector<std::string>;
using Answers = std::map<Texts, std::string>;

constexpr const char* amd64 = "x86_64-unknown-linux-gnu";
constexpr const char* arm64 = "aarch64-unknown-linux-gnu";

const Package engine{.name = "engine", .binaries = {{.name = "engine"}}};
const Package runtime{.name = "runtime", .binaries = {{.name = "runtime"}}};

// What `cargo tree` is asked for: packages, then targets.
Texts subject_of(const Command& command) {
  Texts subject;
  for (std::size_t i = 0; i + 1 < command.argv.size(); ++i) {
    if (command.argv[i] == "--package" || command.argv[i] == "--target") subject.push_back(command.argv[i + 1]);
  }
  return subject;
}

RunCommand answering(const Answers& answers) {
  return [answers](const Command& command, const CommandOutput& output) {
    output.standard_output(answers.at(subject_of(command)));
    return ExitStatus{0};
  };
}

CompileUnit unit(const Package& package, Texts triples) {
  return {.package = &package, .binary = package.name, .profile = "release", .triples = std::move(triples)};
}

// Binaries and triples of each group.
std::vector<std::pair<Texts, Texts>> shape(const std::vector<CompileGroup>& groups) {
  std::vector<std::pair<Texts, Texts>> result;
  for (const CompileGroup& group : groups) {
    Texts binaries;
    for (const CompileUnit& member : group.units) binaries.push_back(member.binary);
    result.emplace_back(binaries, group.triples);
  }
  return result;
}

std::vector<CompileGroup> share(const std::vector<CompileUnit>& units, const Answers& answers) {
  return share_processes(units, answering(answers), {}, "/w");
}

TEST_CASE("what is linked statically for scratch shares no process with what finds its libraries in a base") {
  std::vector<CompileUnit> units{unit(engine, {amd64}), unit(runtime, {amd64})};
  units.front().crt_static = CrtStatic::forced;
  const Answers answers{{{"engine", amd64}, "engine v1;"}, {{"runtime", amd64}, "runtime v1;"}};
  CHECK(share(units, answers).size() == 2);
}

TEST_CASE("packages and targets with equal features share one process") {
  const std::vector<CompileUnit> units{unit(engine, {amd64, arm64}), unit(runtime, {amd64, arm64})};
  const Answers answers{{{"engine", amd64}, "engine v1;\nserde v1;std"},
                        {{"engine", arm64}, "engine v1;\nserde v1;std"},
                        {{"runtime", amd64}, "runtime v1;\nserde v1;std\nlog v1;"},
                        {{"runtime", arm64}, "runtime v1;\nserde v1;std\nlog v1;"},
                        {{"engine", "runtime", amd64, arm64}, "engine v1;\nserde v1;std\n\nruntime v1;\nlog v1;"}};
  CHECK(shape(share(units, answers)) == std::vector<std::pair<Texts, Texts>>{{{"engine", "runtime"}, {amd64, arm64}}});
}

TEST_CASE("a crate with other features in one package keeps the packages apart") {
  const std::vector<CompileUnit> units{unit(engine, {amd64}), unit(runtime, {amd64})};
  const Answers answers{{{"engine", amd64}, "engine v1;\nserde v1;std"},
                        {{"runtime", amd64}, "runtime v1;\nserde v1;derive,std"}};
  CHECK(shape(share(units, answers)) ==
        std::vector<std::pair<Texts, Texts>>{{{"engine"}, {amd64}}, {{"runtime"}, {amd64}}});
}

TEST_CASE("a crate with other features on one target keeps the targets apart") {
  const Answers answers{{{"engine", amd64}, "engine v1;\nring v1;asm"}, {{"engine", arm64}, "engine v1;\nring v1;"}};
  CHECK(shape(share({unit(engine, {amd64, arm64})}, answers)) ==
        std::vector<std::pair<Texts, Texts>>{{{"engine"}, {amd64}}, {{"engine"}, {arm64}}});
}

TEST_CASE("what cargo resolves together has the last word") {
  const std::vector<CompileUnit> units{unit(engine, {amd64}), unit(runtime, {amd64})};
  const Answers answers{{{"engine", amd64}, "engine v1;\nserde v1;std"},
                        {{"runtime", amd64}, "runtime v1;\nserde v1;std"},
                        {{"engine", "runtime", amd64}, "engine v1;\nserde v1;std,unexpected\nruntime v1;"}};
  CHECK(share(units, answers).size() == 2);
}

TEST_CASE("another profile and a binary of the same name in the other package need a process of their own") {
  const Answers answers{{{"engine", amd64}, "engine v1;"}, {{"runtime", amd64}, "runtime v1;"}};
  CompileUnit debug = unit(runtime, {amd64});
  debug.profile = "dev";
  CHECK(share({unit(engine, {amd64}), debug}, answers).size() == 2);
  Package twin = runtime;
  twin.binaries.push_back({.name = "engine"});
  CHECK(share({unit(engine, {amd64}), unit(twin, {amd64})}, answers).size() == 2);
}

TEST_CASE("cargo tree is asked once for each question") {
  int asked = 0;
  const RunCommand run = [&](const Command& command, const CommandOutput& output) {
    ++asked;
    CHECK(command.directory == "/w");
    output.standard_output("engine v1;");
    return ExitStatus{0};
  };
  CompileUnit other = unit(engine, {amd64});
  other.binary = "engine-admin";
  CHECK(share_processes({unit(engine, {amd64}), other}, run, {}, "/w").size() == 1);
  CHECK(asked == 1);
}

}  // namespace
}  // namespace ocibuild
