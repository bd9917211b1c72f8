// Images are made while cargo compiles: a scripted cargo says when which binary is there.
#include <chrono>
#include <future>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "build/planned.hpp"
#include "ocibuild/build/build.hpp"
#include "ocibuild/spec/manifest.hpp"
#include "ocibuild/store/memory_store.hpp"
#include "support/failure.hpp"

namespace ocibuild {
namespace {

using testing::failure_of;
using testing::GivenServices;
using testing::says;
using Texts = std::vector<std::string>;
using namespace std::chrono_literals;

/// The services of GivenServices, but all of them compiled by one cargo command.
struct CompiledServices : GivenServices {
  Plan compiled = plan();

  CompiledServices() {
    compiled.workspace.target_directory = directory.path() / "target";
    CargoRun run{.command = {.argv = {"cargo", "build"}}};
    compiled.compile = CompileSetup{.toolchain = {.host = "amd64-unknown-linux-gnu"}};
    for (const char* const architecture : {"amd64", "arm64"}) {
      run.triples.push_back(fmt::format("{}-unknown-linux-gnu", architecture));
      compiled.compile->targets.push_back(
          {.platform = Platform{.architecture = architecture}, .target = run.triples.back()});
      compiled.compile->linkers.push_back({.target = run.triples.back()});
    }
    compiled.cargo_runs.push_back(run);
    for (ComponentPlan& component : compiled.components) {
      for (PlatformPlan& platform : component.platforms) {
        platform.given_binary.reset();
        platform.triple.value = fmt::format("{}-unknown-linux-gnu", platform.platform.architecture);
      }
    }
  }

  /// Cargo's message that the binary of a component is there, in `file`.
  std::string message(const std::string& component, const std::string& architecture, const std::string& file) const {
    const Package* package = nullptr;
    for (const ComponentPlan& each : compiled.components) {
      if (each.name == component) package = find_member(compiled.workspace, each.package);
    }
    return fmt::format(R"({{"reason":"compiler-artifact","package_id":"{}","target":{{"kind":["bin"],"name":"{}"}},)"
                       R"("filenames":["/t/{}-unknown-linux-gnu/release/x"],"executable":"{}"}})",
                       package->id, component, architecture, (directory.path() / file).native());
  }
  std::string message(const std::string& component, const std::string& architecture) const {
    return message(component, architecture, component + "." + architecture);
  }
};

/// Answers every command with these lines on standard output.
RunCommand cargo_that_says(Texts lines, int code = 0) {
  return [lines, code](const Command&, const CommandOutput& output) {
    for (const std::string& line : lines) output.standard_output(line);
    return ExitStatus{code};
  };
}

/// A program that says nothing for a long time; true when it was left in peace.
bool stays_silent(const CommandOutput& output) {
  const auto patience = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < patience) output.while_running();
  return true;
}

/// Refuses layers, the descriptor of which nobody can know before.
class FullStore final : public Store {
 public:
  bool contains(const Descriptor& descriptor) const override { return store_.contains(descriptor); }
  std::unique_ptr<Source> open(const Descriptor& descriptor) const override { return store_.open(descriptor); }
  std::optional<Descriptor> resolve(std::string_view name) const override { return store_.resolve(name); }
  std::vector<NamedRoot> roots() const override { return store_.roots(); }
  void put(const Blob& blob) override { store_.put(blob); }
  void tag(const Descriptor& root, std::string_view name) override { store_.tag(root, name); }
  Descriptor add(const std::function<Descriptor(Sink&)>&) override {
    refused.set_value();
    throw Error{Errc::io, "no space left on device"};
  }

  std::promise<void> refused;

 private:
  MemoryStore store_;
};

TEST_CASE("an image is complete while cargo still compiles the next one") {
  CompiledServices services;
  MemoryStore store;
  std::promise<void> image_is_ready;
  const BuildEvents events = [&](const BuildEvent& event) {
    const auto* const ready = std::get_if<ImageReady>(&event);
    if (ready && ready->component.name == "api" && ready->platform.architecture == "amd64") image_is_ready.set_value();
  };
  const RunCommand cargo = [&](const Command&, const CommandOutput& output) {
    output.standard_output(services.message("api", "amd64"));
    CHECK(image_is_ready.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(store.roots().empty());
    output.standard_output(services.message("worker", "arm64"));
    output.standard_output(services.message("worker", "amd64"));
    output.standard_output(services.message("api", "arm64"));
    return ExitStatus{0};
  };
  const BuildResult result = build(services.compiled, store, cargo, {.jobs = 2}, events);
  MemoryStore other;
  const BuildResult given = build(services.plan(), other, cargo);
  CHECK(result.components[0].index == given.components[0].index);
  CHECK(result.components[1].index == given.components[1].index);
}

TEST_CASE("every layer of an image is told of when it is in the store, before the image") {
  GivenServices services;
  MemoryStore store;
  std::map<std::string, int> layers;
  const BuildEvents events = [&](const BuildEvent& event) {
    if (const auto* ready = std::get_if<LayerReady>(&event)) {
      CHECK(store.contains(ready->layer));
      ++layers[ready->component.name + " " + ready->platform.architecture];
    }
    if (const auto* ready = std::get_if<ImageReady>(&event)) {
      const Manifest manifest = parse_manifest(read_blob(store, ready->manifest, 1 << 20));
      CHECK(layers[ready->component.name + " " + ready->platform.architecture] ==
            static_cast<int>(manifest.layers.size()));
    }
  };
  build(services.plan(), store, cargo_that_says({}), {.jobs = 4}, events);
  CHECK(layers.size() == 4);
}

TEST_CASE("a binary that would not run ends cargo, and nothing gets a name") {
  CompiledServices services;
  MemoryStore store;
  bool went_on = false;
  const RunCommand cargo = [&](const Command&, const CommandOutput& output) {
    output.standard_output(services.message("api", "amd64"));
    output.standard_output(services.message("api", "arm64", "api.amd64"));
    went_on = stays_silent(output);
    return ExitStatus{0};
  };
  const Error error = failure_of([&] { return build(services.compiled, store, cargo); });
  CHECK(says(error, "api for linux/arm64"));
  CHECK_FALSE(went_on);
  CHECK(store.roots().empty());
}

TEST_CASE("given binaries are proven before cargo starts") {
  CompiledServices services;
  services.compiled.components[0].platforms[0].given_binary = services.directory.path() / "api.arm64";
  MemoryStore store;
  bool started = false;
  const RunCommand cargo = [&](const Command&, const CommandOutput&) {
    started = true;
    return ExitStatus{0};
  };
  CHECK(says(failure_of([&] { return build(services.compiled, store, cargo); }), "api for linux/amd64"));
  CHECK_FALSE(started);
}

TEST_CASE("when cargo fails that is the error, and the images that were made get no name") {
  CompiledServices services;
  MemoryStore store;
  const RunCommand cargo = cargo_that_says({services.message("api", "amd64"), services.message("api", "arm64")}, 101);
  const Error error = failure_of([&] { return build(services.compiled, store, cargo); });
  CHECK(error.code() == Errc::command_failed);
  CHECK(says(error, "exit code 101"));
  CHECK(store.roots().empty());
}

TEST_CASE("an image that cannot be made ends cargo, silent as it is") {
  CompiledServices services;
  FullStore store;
  bool went_on = false;
  const RunCommand cargo = [&](const Command&, const CommandOutput& output) {
    output.standard_output(services.message("api", "amd64"));
    CHECK(store.refused.get_future().wait_for(60s) == std::future_status::ready);
    went_on = stays_silent(output);
    return ExitStatus{0};
  };
  const Error error = failure_of([&] { return build(services.compiled, store, cargo); });
  CHECK(error.code() == Errc::io);
  CHECK(says(error, "api for linux/amd64: "));
  CHECK_FALSE(went_on);
}

TEST_CASE("what the caller throws while cargo is silent ends cargo") {
  CompiledServices services;
  MemoryStore store;
  bool went_on = false;
  const RunCommand cargo = [&](const Command&, const CommandOutput& output) {
    went_on = stays_silent(output);
    return ExitStatus{0};
  };
  int calls = 0;
  const auto lose_patience = [&] {
    if (++calls == 3) throw Error{Errc::denied, "not for you"};
  };
  const Error error =
      failure_of([&] { return build(services.compiled, store, cargo, {.while_compiling = lose_patience}); });
  CHECK(error.code() == Errc::denied);
  CHECK_FALSE(went_on);
}

TEST_CASE("a binary that cargo did not make, or made twice, is an error") {
  CompiledServices services;
  MemoryStore store;
  const Error missing =
      failure_of([&] { return build(services.compiled, store, cargo_that_says({services.message("api", "amd64")})); });
  CHECK(says(missing, "cargo ended well, but made no binary `api` for arm64-unknown-linux-gnu"));
  const RunCommand twice =
      cargo_that_says({services.message("api", "amd64"), services.message("api", "amd64", "worker.amd64")});
  CHECK(says(failure_of([&] { return build(services.compiled, store, twice); }), "cargo made two binaries `api`"));
}

TEST_CASE("what a listener throws ends the build") {
  MemoryStore store;
  const BuildEvents events = [](const BuildEvent& event) {
    if (std::holds_alternative<LayerReady>(event)) throw Error{Errc::unavailable, "the registry is gone"};
  };
  const Error error =
      failure_of([&] { return build(GivenServices{}.plan(), store, cargo_that_says({}), {.jobs = 3}, events); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(store.roots().empty());
}

}  // namespace
}  // namespace ocibuild
