#include "workflow_commands.hpp"

#include <doctest/doctest.h>

#include "json_text.hpp"

using namespace ocibuild;

TEST_CASE("a workflow command stays one line and one command") {
  CHECK(workflow_command("error", "a:b,c%", "50 %: x\n::add-mask::y\r") ==
        "::error title=a%3Ab%2Cc%25::50 %25: x%0A::add-mask::y%0D");
}

TEST_CASE("no line of somebody else's is a workflow command") {
  CHECK(without_workflow_commands("::error::x") == "\\u{3a}:error::x");
  CHECK(without_workflow_commands("a\n \t::add-mask::x\n") == "a\n \t\\u{3a}:add-mask::x\n");
  CHECK(without_workflow_commands("a ##[add-mask]x ###[b]") == "a \\u{23}#[add-mask]x #\\u{23}#[b]");
}

TEST_CASE("white space of Unicode hides no workflow command") {
  CHECK(without_workflow_commands("\u3000::error::x") == "\u3000\\u{3a}:error::x");
  CHECK(without_workflow_commands("+ \u00a0 \u2003::x\n \u00a0\u2028\t::add-mask::x") ==
        "+ \u00a0 \u2003::x\n \u00a0\u2028\t\\u{3a}:add-mask::x");
}

TEST_CASE("other text is left as it is") {
  for (const char* const text : {"", "\n", "std::string", "a: ::b", "## [x]", "#[derive(Debug)]"}) {
    CAPTURE(text);
    CHECK(without_workflow_commands(text) == text);
  }
}

TEST_CASE("JSON means the same without its workflow commands") {
  const Json value{{"a", "##[add-mask]x ###[y]"}};
  CHECK(json_text(value).find("##[") == std::string::npos);
  CHECK(Json::parse(json_text(value)) == value);
}
