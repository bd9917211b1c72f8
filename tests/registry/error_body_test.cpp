// What a registry says when it refuses, whatever it says it with (UP25).
#include <doctest/doctest.h>

#include "registry/failure.hpp"
#include "registry/world.hpp"
#include "spec/text.hpp"

namespace ocibuild::testing {
namespace {

using std::chrono::milliseconds;

Error refused_with(const std::string& body, int code = 400) {
  World world;
  world.faults.add({.method = "POST", .fault = status(code, {}, body)});
  RegistryStore store = world.store();
  return failure_of([&] { return store.place(blob_of("x")); });
}

bool is_clean(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '\x7f'; });
}

}  // namespace

TEST_CASE("UP25: registries, their proxies and everybody else say what is wrong in ways of their own") {
  const std::vector<std::pair<std::string, std::string>> bodies{
      {R"({"errors":[{"code":"NAME_INVALID","message":"invalid repository name"}]})",
       "400 name_invalid: invalid repository name"},
      {R"({"errors":[{"code":"UNKNOWN","message":"first"},{"code":"OTHER","message":"second"}]})",
       "400 unknown: first"},
      {R"({"errors":[{"message":"no code"}]})", "400 no code"},
      {R"({"errors":[{"code":"NO_MESSAGE"}]})", "400 no_message"},
      {R"({"message":"plain"})", "400 plain"},
      {R"({"error":"plain","error_description":"more"})", "400 plain"},
      {R"({"details":"incorrect username or password"})", "400 incorrect username or password"},
      {R"({"errors":[]})", "400"},
      {R"({"errors":{"code":7}})", "400"},
      {R"([1,2])", "400"},
      {"", "400"},
      {"just text\r\n", "400 just text"},
      {"<html>\n<head><title>413 Request Entity Too Large</title></head>\n",
       "400 <html> <head><title>413 Request Entity Too Large</title></head>"}};
  for (const auto& [body, expected] : bodies) CHECK(refused_with(body).what() == expected);
}

TEST_CASE("UP25: a refusal is at most 200 clean characters, however long and dirty its body") {
  const std::vector<std::string> bodies{
      std::string(10 << 20, 'x'),
      R"({"errors":[{"code":")" + std::string(5000, 'C') + R"(","message":")" + std::string(5000, 'm') + R"("}]})",
      "\xff\xfe\xc3(\xed\xa0\x80 text",
      "\x1b[31mred\x1b[0m \x1b]0;title\a \x1b[2J\x07\x08\r\n\t",
      R"({"message":"\u001b[31mred\u0007\u202e\u0000"})",
      std::string(300, '\0'),
      std::string(70'000, '[')};
  for (const std::string& body : bodies) {
    const Error error = refused_with(body);
    CHECK(std::string_view{error.what()}.starts_with("400"));
    CHECK(is_clean(error.what()));
    CHECK(find_non_utf8(error.what()) == std::string_view::npos);
    CHECK(std::string_view{error.what()}.size() <= 260);
  }
}

TEST_CASE("UP25: a refusal whose body never ends, breaks off or lies about its length is still one") {
  for (const Fault& fault :
       {endless(), close_at(FaultPoint::response, 5), wrong_length(7), wrong_length(-7), trickle(1, milliseconds{1})}) {
    World world{{.registry = {.put_refusal = 409}}};
    world.faults.add({.method = "PUT", .fault = fault});
    RegistryStore store = world.store();
    const Error error = failure_of([&] { return store.place(blob_of("x")); });
    CHECK(error.code() == Errc::unavailable);
    CHECK(says(error, "409"));
    CHECK(world.waits.empty());
  }
}

TEST_CASE("UP25: what the registry warns of is clean, shown once, and changes nothing") {
  World world;
  const Headers headers{{"Warning", "299 - \"this tag \x1b[31mis\x1b[0m old\""},
                        {"Warning", "199 - \"other\""},
                        {"Warning", "299 - nothing quoted"},
                        {"Warning", "299 - \""},
                        {"Warning", ""}};
  world.faults.add({.method = "HEAD", .times = 2, .fault = status(404, headers)});
  RegistryStore store = world.store();
  CHECK(store.place(blob_of("one")) == BlobOutcome::uploaded);
  CHECK(store.place(blob_of("two")) == BlobOutcome::uploaded);
  CHECK(world.warnings == std::vector<std::string>{"this tag is old"});
}

TEST_CASE("the time in GHCR's message is read as Go writes it") {
  CHECK(wait_in_message("retry-after: 10.305464ms, allowed: 2000/minute") == milliseconds{11});
  CHECK(wait_in_message("retry-after: 1m30.5s") == milliseconds{90'500});
  CHECK(wait_in_message("retry-after: 2h0m0s") == milliseconds{7'200'000});
  CHECK(wait_in_message("retry-after: 500\u00b5s") == milliseconds{1});
  CHECK(wait_in_message("retry-after: 0s") == milliseconds{0});
  for (const char* none : {"", "retry-after: ", "retry-after: soon", "retry-after: 10", "retry-after: -1s", "10ms"}) {
    CHECK(wait_in_message(none) == milliseconds{-1});
  }
  CHECK(wait_in_message("retry-after: " + std::string(400, '9') + "h") == milliseconds{1'000'000'000'000});
}

}  // namespace ocibuild::testing
