#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "ocibuild/base/error.hpp"
#include "ocibuild/base/parallel.hpp"
#include "registry/raw_client.hpp"
#include "support/failure.hpp"
#include "support/registry/http_server.hpp"

namespace ocibuild::testing {
namespace {

using End = RawClient::End;

const std::string get_version = "GET /v2/ HTTP/1.1\r\nHost: r.test\r\n\r\n";

struct Served {
  explicit Served(RegistryOptions options = {}) : registry{std::move(options)} {}

  MemoryRegistry registry;
  Faults faults;
  HttpServer server{registry, faults};

  /// The target of a new upload session.
  std::string session() {
    const ServerResponse response = registry.perform({.method = "POST", .target = "/v2/a/blobs/uploads/"});
    return response.headers.first("Location").value_or("");
  }
};

std::string head(const std::string& method, const std::string& target, const std::string& headers) {
  return method + " " + target + " HTTP/1.1\r\nHost: r.test\r\n" + headers + "\r\n";
}

std::string put_hello(Served& served, const std::string& headers) {
  return head("PUT", served.session() + "?digest=" + Digest::of("hello").string(), headers);
}

/// Waits until the journal has `count` entries.
void wait_for_entries(const MemoryRegistry& registry, std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (registry.journal().entries().size() < count && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
  }
  REQUIRE(registry.journal().entries().size() == count);
}

}  // namespace

TEST_CASE("one connection serves many requests, until it is to be closed") {
  Served served;
  RawClient client{served.server.port()};
  for (int i = 0; i < 3; ++i) {
    client.send(get_version);
    CHECK(client.read_until("{}").starts_with("HTTP/1.1 200 OK\r\n"));
  }
  client.send(head("GET", "/v2/", "Connection: close\r\n"));
  CHECK(client.wait_for_end() == End::closed);
  CHECK(served.server.connections() == 1);
  CHECK(served.registry.journal().entries().at(0).origin == "http://r.test");
}

TEST_CASE("bodies come with a length, in chunks, or after a 100") {
  Served served;
  RawClient client{served.server.port()};
  client.send(put_hello(served, "Content-Length: 5\r\n") + "hello");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 201"));
  client.send(put_hello(served, "Transfer-Encoding: chunked\r\n") +
              "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 201"));
  client.send(put_hello(served, "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 201"));
}

TEST_CASE("who expects a 100 without credentials is refused before the body") {
  Served served{{.auth = {.scheme = AuthScheme::bearer}}};
  RawClient client{served.server.port()};
  client.send(head("PUT", "/v2/a/manifests/1", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 401"));
  CHECK(client.wait_for_end() == End::closed);
  CHECK(served.registry.journal().lines() == std::vector<std::string>{"PUT /v2/a/manifests/1 401"});
}

TEST_CASE("the answer can be lost after the work is done") {
  Served served;
  served.faults.add({.fault = lost_answer()});
  RawClient client{served.server.port()};
  client.send(put_hello(served, "Content-Length: 5\r\n") + "hello");
  CHECK(client.wait_for_end() == End::closed);
  CHECK(client.rest().empty());
  CHECK(served.registry.contains_blob("a", Digest::of("hello")));
}

TEST_CASE("a connection is closed or reset before, during and after a body") {
  Served served;
  const auto ended = [&](const Fault& fault, const std::string& text) {
    served.faults.add({.fault = fault});
    RawClient client{served.server.port()};
    client.send(text);
    const End end = client.wait_for_end();
    CHECK(client.rest().empty());
    return end;
  };
  CHECK(ended(reset_at(FaultPoint::head), get_version) == End::reset);
  CHECK(ended(close_at(FaultPoint::head), get_version) == End::closed);
  const std::string put = put_hello(served, "Content-Length: 5\r\n") + "hello";
  CHECK(ended(reset_at(FaultPoint::request, 2), put) == End::reset);
  CHECK(ended(close_at(FaultPoint::request, 3), put) == End::closed);
  CHECK(ended(reset_at(FaultPoint::answer), put) == End::reset);
  const auto entries = served.registry.journal().entries();
  CHECK(entries.at(2).body_size == 2);
  CHECK(entries.at(3).body_size == 3);
  CHECK(served.registry.contains_blob("a", Digest::of("hello")));
}

TEST_CASE("an answer breaks off, or is longer or shorter than it says") {
  Served served;
  const std::string get = head("GET", "/v2/a/blobs/" + served.registry.put_blob("a", "hello").string(), "");
  const auto body_after = [&](const Fault& fault, const std::string& length) {
    served.faults.add({.fault = fault});
    RawClient client{served.server.port()};
    client.send(get);
    CHECK(client.read_until("\r\n\r\n").find("Content-Length: " + length + "\r\n") != std::string::npos);
    CHECK(client.wait_for_end() == End::closed);
    return client.rest();
  };
  CHECK(body_after(close_at(FaultPoint::response, 2), "5") == "he");
  CHECK(body_after(wrong_length(+3), "8") == "hello");
  CHECK(body_after(wrong_length(-3), "2") == "hello");
  served.faults.add({.fault = reset_at(FaultPoint::response, 2)});
  RawClient client{served.server.port()};
  client.send(get);
  CHECK(client.wait_for_end() == End::reset);
}

TEST_CASE("an answer trickles, or never ends") {
  Served served;
  served.faults.add({.fault = trickle(1, std::chrono::milliseconds{1})});
  served.faults.add({.fault = endless()});
  RawClient client{served.server.port()};
  client.send(get_version);
  CHECK(client.read_until("{}").ends_with("\r\n\r\n{}"));
  client.send(get_version);
  CHECK(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked") != std::string::npos);
  for (int i = 0; i < 100; ++i) CHECK(client.read_until("\r\n1000\r\n").size() > 1000);
}

TEST_CASE("a request trickles in, and is answered in the end") {
  Served served;
  served.faults.add({.fault = {.kind = FaultKind::trickle,
                               .point = FaultPoint::request,
                               .bytes = 1,
                               .pause = std::chrono::milliseconds{1}}});
  RawClient client{served.server.port()};
  client.send(put_hello(served, "Content-Length: 5\r\n") + "hello");
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 201"));
}

TEST_CASE("a stalled connection ends with its server, and so do idle ones") {
  auto served = std::make_unique<Served>();
  for (const FaultPoint point : {FaultPoint::head, FaultPoint::answer, FaultPoint::response}) {
    served->faults.add({.fault = stall_at(point)});
  }
  served->faults.add({.fault = endless()});
  const std::uint16_t port = served->server.port();
  RawClient at_head{port};
  RawClient at_answer{port};
  RawClient at_response{port};
  RawClient endless_answer{port};
  RawClient idle{port};
  RawClient in_mid_body{port};
  for (RawClient* client : {&at_head, &at_answer, &at_response, &endless_answer}) client->send(get_version);
  wait_for_entries(served->registry, 4);
  in_mid_body.send(put_hello(*served, "Content-Length: 5\r\n") + "he");
  served.reset();
  for (RawClient* client : {&at_head, &at_answer, &at_response, &endless_answer, &idle, &in_mid_body}) {
    CHECK(client->wait_for_end() != End::timed_out);
  }
}

TEST_CASE("a status is answered before the body where the fault says so") {
  Served served;
  served.faults.add({.fault = early_status(413)});
  served.faults.add({.fault = status(503)});
  const std::string put = put_hello(served, "Content-Length: 5\r\nExpect: 100-continue\r\n");
  RawClient client{served.server.port()};
  client.send(put);
  CHECK(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 413"));
  CHECK(client.wait_for_end() == End::closed);
  RawClient other{served.server.port()};
  other.send(put + "hello");
  CHECK(other.read_until("\r\n\r\n").starts_with("HTTP/1.1 100"));
  CHECK(other.read_until("\r\n\r\n").starts_with("HTTP/1.1 503"));
}

TEST_CASE("a client that goes away is noticed") {
  Served served;
  const std::string session = served.session();
  {
    RawClient client{served.server.port()};
    client.send(head("PATCH", session, "Content-Length: 5\r\n") + "he");
  }
  wait_for_entries(served.registry, 1);
  CHECK(served.registry.journal().entries().at(0).body_size == 2);
  const ServerResponse status = served.registry.perform({.method = "GET", .target = session});
  CHECK(status.headers.first("Range") == "0-1");
}

TEST_CASE("what is no request ends the connection") {
  Served served;
  for (const char* text : {"\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
                           "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
                           "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"}) {
    CAPTURE(text);
    RawClient client{served.server.port()};
    client.send(text);
    CHECK(client.wait_for_end() != End::timed_out);
    CHECK(client.rest().empty());
  }
}

TEST_CASE("a server comes back on the port it had") {
  MemoryRegistry registry;
  Faults faults;
  auto server = std::make_unique<HttpServer>(registry, faults);
  const std::uint16_t port = server->port();
  const Error error = failure_of([&] { return HttpServer{registry, faults, {.port = port}}.port(); });
  CHECK(error.code() == Errc::io);
  server.reset();
  server = std::make_unique<HttpServer>(registry, faults, HttpServerOptions{.port = port});
  RawClient client{port};
  client.send(get_version);
  CHECK(client.read_until("{}").starts_with("HTTP/1.1 200"));
}

TEST_CASE("many clients at once are all answered") {
  Served served;
  for_each_index(200, 8, [&](std::size_t) {
    RawClient client{served.server.port()};
    client.send(get_version + get_version);
    client.read_until("{}");
    if (!client.read_until("{}").starts_with("HTTP/1.1 200")) throw std::runtime_error{"no answer"};
  });
  CHECK(served.registry.journal().count("GET", "/v2/") == 400);
}

}  // namespace ocibuild::testing
