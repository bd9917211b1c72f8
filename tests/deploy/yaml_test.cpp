#include "deploy/yaml.hpp"

#include <string>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

using namespace ocibuild;

namespace {

/// The bytes of a node.
std::string_view bytes_of(std::string_view text, const YamlNode* node) {
  REQUIRE(node != nullptr);
  return text.substr(node->begin, node->end - node->begin);
}

std::string_view member_bytes(std::string_view text, std::string_view key) {
  const YamlDocuments documents = parse_yaml(text);
  return bytes_of(text, find_member(*documents.roots.at(0), key));
}

std::string refusal(std::string_view text) {
  try {
    parse_yaml(text);
  } catch (const Error& error) {
    CHECK(error.code() == Errc::invalid_document);
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("a scalar is found with its quotes, in every style") {
  CHECK(member_bytes("image: a:1 # why\n", "image") == "a:1");
  CHECK(member_bytes("image: 'a:1'  \n", "image") == "'a:1'");
  CHECK(member_bytes("\"image\" : \"a:1\"", "image") == "\"a:1\"");
  CHECK(member_bytes("{image: a:1, b: c}", "image") == "a:1");
  CHECK(member_bytes("image: >-  # why\n  a:1\nb: c\n", "image") == ">-  # why\n  a:1\n");
}

TEST_CASE("anchors and tags are not part of a scalar") {
  CHECK(member_bytes("image: &x a:1\n", "image") == "a:1");
  CHECK(member_bytes("image: !!str &x 'a:1'\n", "image") == "'a:1'");
  CHECK(member_bytes("image: &x # why\n  a:1\n", "image") == "a:1");
  CHECK(member_bytes("image: &x !<tag:yaml.org,2002:str>\tabc\n", "image") == "abc");
  CHECK(member_bytes("image: &x\nb: c\n", "image").empty());
}

TEST_CASE("bytes are counted, whatever characters and line breaks stand before") {
  CHECK(member_bytes("\xEF\xBB\xBFimage: a\n", "image") == "a");
  CHECK(member_bytes("# caf\u00e9 \U0001F600\r\nb: \"\u00fc\u2028\u0085\"\r\nimage: a\r\n", "image") == "a");
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "# \u00e9\u20ac\n";
  CHECK(member_bytes(text + "image: a\n", "image") == "a");
}

TEST_CASE("a node knows its line, style, anchor and tag") {
  const YamlDocuments documents = parse_yaml("# one\na: &x\n  !!str 'b'\n---\n[c, {d: e}]\n");
  REQUIRE(documents.roots.size() == 2);
  const YamlNode& value = *find_member(*documents.roots[0], "a");
  CHECK(value.line == 3);
  CHECK(value.style == YamlNode::Style::single_quoted);
  CHECK(value.anchor == "x");
  CHECK(value.tag == "tag:yaml.org,2002:str");
  CHECK(documents.roots[1]->style == YamlNode::Style::flow);
  CHECK(documents.roots[1]->items.at(1)->entries.at(0).value->text == "e");
}

TEST_CASE("members are found through aliases and merge keys, one's own first") {
  const YamlDocuments documents =
      parse_yaml("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*b, *a], z: 3}\nd: {<<: *a}\ne: *b\n");
  const YamlNode& root = *documents.roots.at(0);
  const auto text = [&](std::string_view key, std::string_view member) {
    return find_member(*find_member(root, key), member)->text;
  };
  CHECK(text("c", "x") == "1");
  CHECK(text("c", "y") == "2");
  CHECK(text("c", "z") == "3");
  CHECK(text("d", "y") == "1");
  CHECK(text("e", "z") == "2");
  CHECK(find_member(root, "<") == nullptr);
}

TEST_CASE("a null has no text in any spelling, and a quoted one has") {
  const YamlDocuments documents =
      parse_yaml("{a: , b: ~, c: null, d: Null, e: NULL, f: 'null', g: &g x, h: *g, i: []}");
  const YamlNode& root = *documents.roots.at(0);
  for (const char* key : {"a", "b", "c", "d", "e", "i", "absent"}) CHECK(member_text(root, key).empty());
  CHECK(member_text(root, "f") == "null");
  CHECK(member_text(root, "h") == "x");
  CHECK(find_entry(root, "h")->value->kind == YamlNode::Kind::alias);
}

TEST_CASE("aliases cost nothing: a billion laughs are a few nodes") {
  std::string text = "a0: &a0 lol\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {<<: [" + before + ", " + before + "]}\n";
  }
  const YamlDocuments documents = parse_yaml(text);
  CHECK(documents.nodes.size() < 500);
  CHECK(find_member(*find_member(*documents.roots.at(0), "a59"), "absent") == nullptr);
}

TEST_CASE("anchors end with their document, and nothing contains itself") {
  CHECK(refusal("a: &x 1\n---\nb: *x\n") == "line 3: nothing before it has the anchor &x");
  CHECK(refusal("b: &x 1\na: &x [*x]\n") == "line 2: nothing before it has the anchor &x");
  CHECK(refusal("a: &x [*x]\n") == "line 1: nothing before it has the anchor &x");
}

TEST_CASE("a duplicate key is refused with both lines") {
  CHECK(refusal("a: 1\nb: 2\n'a': 3\n") == "line 3: the key \"a\" is there already, on line 1");
}

TEST_CASE("what is not YAML in UTF-8, or too much, is refused") {
  CHECK(refusal("a: 1\n{{- if .Values.x }}\n").starts_with("line "));
  CHECK(refusal("a: \"b\n").starts_with("line 2: "));
  CHECK(refusal("a: 1\nb: \xFF\n") == "line 2: byte 8 is not UTF-8");
  CHECK(refusal(std::string_view{"\xFF\xFE"
                                 "a\0",
                                 4}) == "line 1: byte 0 is not UTF-8");
  CHECK(refusal(std::string_view{"a\0:\0", 4}).starts_with("line 1: "));
  CHECK(refusal(std::string(max_yaml_depth + 1, '[')) == "line 1: nested deeper than 64 levels");
  CHECK(refusal(std::string(max_yaml_size + 1, ' ')) == "it has 16777217 bytes, at most 16777216 are taken");
  std::string many = "[";
  for (std::size_t i = 0; i <= max_yaml_nodes; ++i) many += "a,\n";
  CHECK(refusal(many).ends_with("more than 524288 nodes"));
}

TEST_CASE("an empty document is an empty scalar") {
  CHECK(parse_yaml("").roots.empty());
  CHECK(parse_yaml("---\n---\na: b\n").roots.size() == 2);
}
