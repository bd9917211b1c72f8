#include "github_actions.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

using namespace ocibuild;

namespace {

/// The files of a step, and the environment that names them.
struct Step {
  TempDir directory{std::filesystem::temp_directory_path()};
  Environment environment{{"GITHUB_ACTIONS", "true"},
                          {"GITHUB_OUTPUT", (directory.path() / "output").string()},
                          {"GITHUB_STEP_SUMMARY", (directory.path() / "summary").string()}};

  std::string read(const char* name) const { return read_file(directory.path() / name, 1 << 20); }
};

const ImageDigests digests{.generated_by = {},
                           .revision = {},
                           .components = {{"engine", {.image = "ghcr.io/o/engine", .digest = Digest::of("1")}},
                                          {"runtime", {.image = "ghcr.io/o/runtime", .digest = Digest::of("2")}}}};

/// The value of an output, read as the runner reads it.
std::string value_of_output(const std::string& file, const std::string& name) {
  const std::size_t start = file.find(name + "<<");
  REQUIRE(start != std::string::npos);
  const std::size_t first_end = file.find('\n', start);
  const std::string delimiter = file.substr(start + name.size() + 2, first_end - start - name.size() - 2);
  return file.substr(first_end + 1, file.find("\n" + delimiter + "\n", first_end) - first_end - 1);
}

}  // namespace

TEST_CASE("a step's outputs are the digests, the images and each digest") {
  const Step step;
  write_file(step.directory.path() / "output", "before=1\n");
  set_outputs(digests, step.environment);
  const std::string file = step.read("output");
  const std::string engine = Digest::of("1").string();
  CHECK(file.starts_with("before=1\n"));
  CHECK(value_of_output(file, "digests") ==
        "{\"engine\":\"" + engine + "\",\"runtime\":\"" + Digest::of("2").string() + "\"}");
  CHECK(value_of_output(file, "images") ==
        "ghcr.io/o/engine@" + engine + "\nghcr.io/o/runtime@" + Digest::of("2").string());
  CHECK(value_of_output(file, "engine-digest") == engine);
}

TEST_CASE("a delimiter is another one each time") {
  CHECK(output_entry("a", "b") != output_entry("a", "b"));
}

TEST_CASE("an output of a name that is more than a name is refused") {
  for (const char* const name : {"a\nb", "a<<EOF", "a=b", "", "::error::", "a%0Ab"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(output_entry(name, "x"), Error);
  }
}

TEST_CASE("the longest name of a component has its output, too") {
  const Step step;
  const std::string longest(128, 'a');
  set_outputs({.generated_by = {}, .revision = {}, .components = {{longest, digests.components.at("engine")}}},
              step.environment);
  CHECK(value_of_output(step.read("output"), longest + "-digest") == Digest::of("1").string());
}

TEST_CASE("nothing is written outside of GitHub Actions") {
  Step step;
  step.environment["GITHUB_ACTIONS"] = "";
  set_outputs(digests, step.environment);
  add_step_summary("x", step.environment);
  CHECK(std::filesystem::is_empty(step.directory.path()));
}

TEST_CASE("text in Markdown is text") {
  CHECK(markdown_text("demon-engine 1.2 MB") == "demon-engine 1.2 MB");
  CHECK(markdown_text("a|b\n<b>") == "a&#124;b&#92;n&#60;b&#62;");
}
