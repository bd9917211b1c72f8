#include <doctest/doctest.h>

#include <array>

#include "registry/ask.hpp"
#include "support/failure.hpp"
#include "support/registry/fake_clock.hpp"
#include "support/registry/scripted_transport.hpp"

namespace ocibuild::testing {
namespace {

HttpRequest request(const std::string& method, const std::string& url, const std::string& body = "") {
  HttpRequest result{.method = method, .url = Url::parse(url)};
  if (!body.empty()) {
    result.body = HttpBody{.size = body.size(), .open = [body] { return std::make_unique<MemorySource>(body); }};
  }
  return result;
}

std::string read(HttpResponse& response) {
  return read_all(*response.body, 1 << 20);
}

}  // namespace

TEST_CASE("a request goes to the registry of its origin with its body and length") {
  MemoryRegistry registry;
  ScriptedTransport transport{"https://r.test", registry};
  const std::string digest = Digest::of("hello").string();
  const HttpResponse posted =
      transport.send(request("POST", "https://r.test/v2/a/blobs/uploads/?digest=" + digest, "hello"));
  CHECK(posted.status == 201);
  HttpResponse got = transport.send(request("GET", "https://r.test/v2/a/blobs/" + digest));
  CHECK(got.headers.first("content-length") == "5");
  CHECK(read(got) == "hello");
  HttpResponse head = transport.send(request("HEAD", "https://r.test/v2/a/blobs/" + digest));
  CHECK(read(head).empty());
  const auto entries = transport.journal().entries();
  CHECK(entries.at(0).origin == "https://r.test");
  CHECK(entries.at(0).headers.first("Content-Length") == "5");
  CHECK(entries.at(0).headers.first("Host") == "r.test");
  CHECK(entries.at(0).body_size == 5);
  CHECK_FALSE(entries.at(1).headers.first("Content-Length"));
}

TEST_CASE("each origin has its registry, and one without cannot be resolved") {
  MemoryRegistry first;
  MemoryRegistry second;
  ScriptedTransport transport{"http://one.test:5000", first};
  transport.route("https://two.test", second);
  transport.send(request("GET", "http://one.test:5000/v2/"));
  transport.send(request("GET", "https://two.test:443/v2/"));
  const Error error = failure_of([&] { return transport.send(request("GET", "https://evil.test/v2/")); });
  CHECK(error.code() == Errc::unavailable);
  CHECK(first.journal().count("GET") == 1);
  CHECK(second.journal().count("GET") == 1);
  CHECK(transport.journal().entries().at(2).origin == "https://evil.test");
}

TEST_CASE("an absolute Location and a realm name the origin that was asked") {
  MemoryRegistry registry{ghcr_options()};
  ScriptedTransport transport{"https://ghcr.test", registry};
  const HttpResponse response = transport.send(request("POST", "https://ghcr.test/v2/a/blobs/uploads/"));
  CHECK(
      response.headers.first("WWW-Authenticate").value_or("").starts_with("Bearer realm=\"https://ghcr.test/token\""));
}

TEST_CASE("a connection that ends is unavailable, before or after the registry did its work") {
  MemoryRegistry registry;
  Faults faults;
  ScriptedTransport transport;
  transport.route("http://r.test", registry, faults);
  for (const Fault& fault :
       {reset_at(FaultPoint::head), close_at(FaultPoint::request, 2), stall_at(FaultPoint::head), lost_answer()}) {
    faults.add({.fault = fault});
    const Error error =
        failure_of([&] { return transport.send(request("POST", "http://r.test/v2/a/blobs/uploads/", "hello")); });
    CHECK(error.code() == Errc::unavailable);
  }
  CHECK(registry.open_uploads() == 1);
  const auto entries = registry.journal().entries();
  CHECK(entries.at(0).body_size == 0);
  CHECK(entries.at(1).body_size == 2);
  CHECK(entries.at(3).body_size == 5);
}

TEST_CASE("an answer breaks off, is shorter than it says, comes in pieces or never ends") {
  MemoryRegistry registry;
  const std::string url = "http://r.test/v2/a/blobs/" + registry.put_blob("a", "hello").string();
  Faults faults;
  ScriptedTransport transport;
  transport.route("http://r.test", registry, faults);
  const auto answer = [&](const Fault& fault) {
    faults.add({.fault = fault});
    return transport.send(request("GET", url));
  };
  for (const Fault& fault : {reset_at(FaultPoint::response, 3), wrong_length(1)}) {
    HttpResponse broken = answer(fault);
    CHECK(failure_of([&] { return read(broken); }).code() == Errc::unavailable);
  }
  HttpResponse shorter = answer(wrong_length(-1));
  CHECK(shorter.headers.first("Content-Length") == "4");
  CHECK(read(shorter) == "hell");
  HttpResponse pieces = answer(trickle(2, std::chrono::milliseconds{1}));
  std::array<std::byte, 16> buffer{};
  CHECK(pieces.body->read(buffer) == 2);
  CHECK(read(pieces) == "llo");
  HttpResponse never = answer(endless());
  CHECK_FALSE(never.headers.first("Content-Length"));
  CHECK(failure_of([&] { return read(never); }).code() == Errc::invalid_document);
}

TEST_CASE("what the source of a body throws comes out unchanged, and a short one is noticed") {
  MemoryRegistry registry;
  ScriptedTransport transport{"http://r.test", registry};
  HttpRequest put = request("PUT", "http://r.test/v2/a/manifests/1", "x");
  put.body->open = []() -> std::unique_ptr<Source> { throw Error{Errc::io, "the disk is gone"}; };
  CHECK(failure_of([&] { return transport.send(put); }).code() == Errc::io);
  put.body = HttpBody{.size = 2, .open = [] { return std::make_unique<MemorySource>("x"); }};
  CHECK(says(failure_of([&] { return transport.send(put); }), "has 1 bytes"));
}

TEST_CASE("the time of a fake clock is what was slept and advanced") {
  FakeClock clock;
  const Clock given = clock.clock();
  const auto start = given.now();
  const auto unix_start = given.unix_time();
  given.sleep(std::chrono::seconds{2});
  clock.advance(std::chrono::seconds{3});
  CHECK(given.now() - start == std::chrono::seconds{5});
  CHECK(given.unix_time() - unix_start == std::chrono::seconds{5});
  CHECK(clock.waits() == std::vector<std::chrono::milliseconds>{std::chrono::seconds{2}});
  clock.set_random(0.25);
  CHECK(given.random() == 0.25);
}

}  // namespace ocibuild::testing
