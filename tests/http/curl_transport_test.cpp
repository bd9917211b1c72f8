// The real transport against a real socket: what connections do to it, and what it does about it.
#include "ocibuild/http/curl_transport.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"
#include "support/failure.hpp"
#include "support/registry/http_server.hpp"

using namespace ocibuild;
using namespace ocibuild::testing;
using namespace std::chrono_literals;

namespace {

/// A registry behind a socket, and a transport with short deadlines.
struct Wire {
  MemoryRegistry registry;
  Faults faults;
  HttpServer server{registry, faults};
  CurlTransport transport{{.stall_timeout = 500ms, .answer_timeout = 700ms}};

  Url url(std::string_view path) const { return Url::parse(server.origin() + std::string{path}); }

  HttpResponse ask(std::string method, std::string_view path) {
    return transport.send({.method = std::move(method), .url = url(path)});
  }

  Url upload() {
    const HttpResponse opened = ask("POST", "/v2/a/blobs/uploads/");
    return url("/").resolve(opened.headers.first("Location").value());
  }
};

std::string pseudo_random(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

HttpRequest put(const Url& location, const std::string& content) {
  return {.method = "PUT",
          .url = location.with_query("digest", Digest::of(content).string()),
          .headers = {},
          .body = memory_body(content)};
}

}  // namespace

TEST_CASE("a large body goes up and comes back byte for byte") {
  Wire wire;
  const std::string content = pseudo_random(9 << 20);
  CHECK(wire.transport.send(put(wire.upload(), content)).status == 201);
  HttpResponse answer = wire.ask("GET", "/v2/a/blobs/" + Digest::of(content).string());
  CHECK(answer.status == 200);
  CHECK(read_all(*answer.body, 16 << 20) == content);
}

TEST_CASE("one connection serves request after request, although nobody read the answers") {
  Wire wire;
  for (int i = 0; i < 20; ++i)
    CHECK(wire.ask(i % 2 == 0 ? "HEAD" : "GET", "/v2/a/blobs/" + Digest::of("x").string()).status == 404);
  CHECK(wire.server.connections() <= 2);
}

TEST_CASE("many threads share the transport") {
  Wire wire;
  const std::string content = pseudo_random(300'000);
  std::vector<std::thread> threads;
  std::atomic<int> stored = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const std::string own = content + std::to_string(i);
      if (wire.transport.send(put(wire.upload(), own)).status == 201) ++stored;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(stored == 8);
}

TEST_CASE("UP01: a connection that is reset after the body began is an error that may pass") {
  Wire wire;
  const std::string content = pseudo_random(4 << 20);
  for (const FaultPoint point : {FaultPoint::request, FaultPoint::answer}) {
    const Url location = wire.upload();
    wire.faults.add({.method = "PUT", .fault = reset_at(point, point == FaultPoint::request ? 1 << 20 : 0)});
    CHECK(failure_of([&] { wire.transport.send(put(location, content)); }).code() == Errc::unavailable);
  }
}

TEST_CASE("a kept connection that turns out to be dead is replaced without a word") {
  Wire wire;
  const Url location = wire.upload();
  wire.faults.add({.method = "PUT", .fault = reset_at(FaultPoint::head)});
  CHECK(wire.transport.send(put(location, pseudo_random(4 << 20))).status == 201);
}

TEST_CASE("an answer that breaks off in its body fails while it is read") {
  Wire wire;
  const Digest digest = wire.registry.put_blob("a", pseudo_random(3 << 20));
  wire.faults.add({.method = "GET", .fault = close_at(FaultPoint::response, 1 << 20)});
  HttpResponse answer = wire.ask("GET", "/v2/a/blobs/" + digest.string());
  CHECK(answer.status == 200);
  CHECK(failure_of([&] { read_all(*answer.body, 4 << 20); }).code() == Errc::unavailable);
}

TEST_CASE("a proxy that is no address is refused at once, and its password is not shown") {
  for (const char* const proxy : {"http://ci:Geheim/42x@proxy.test:3128", "htp://ci:Geheim@proxy.test:3128",
                                  "http://ci:Geheim@proxy.test:99999", "http://ci:Geheim@:3128"}) {
    CAPTURE(proxy);
    const Error error = failure_of([&] { CurlTransport{{.proxy = {.http = {}, .https = proxy, .none = {}}}}; });
    CHECK(error.code() == Errc::invalid_argument);
    CHECK(says(error, "the proxy for https"));
    CHECK_FALSE(says(error, "eheim"));
  }
  for (const char* const proxy : {"proxy.test:3128", "http://u:p%2F@[::1]:3128", "socks5h://proxy.test"}) {
    CurlTransport{{.proxy = {.http = proxy, .https = {}, .none = {}}}};
  }
}

TEST_CASE("UP19: a server that accepts and never answers is left after the deadline") {
  Wire wire;
  wire.faults.add({.fault = stall_at(FaultPoint::head)});
  const auto start = std::chrono::steady_clock::now();
  const Error failure = failure_of([&] { wire.ask("GET", "/v2/"); });
  CHECK(failure.code() == Errc::unavailable);
  CHECK(says(failure, "no answer for 0.7 s"));
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("UP19: a slow answer that moves is waited for") {
  Wire wire;
  const std::string content = pseudo_random(20'000);
  const Digest digest = wire.registry.put_blob("a", content);
  wire.faults.add({.method = "GET", .fault = trickle(1'000, 60ms)});
  HttpResponse answer = wire.ask("GET", "/v2/a/blobs/" + digest.string());
  CHECK(read_all(*answer.body, 1 << 20) == content);  // over a second, although 0.5 s without a byte are too long
}

TEST_CASE("a request with a deadline is left when its answer is not there in time") {
  Wire wire;
  wire.faults.add({.fault = stall_at(FaultPoint::head)});
  const auto start = std::chrono::steady_clock::now();
  const Error failure =
      failure_of([&] { wire.transport.send({.url = wire.url("/v2/"), .headers = {}, .deadline = 150ms}); });
  CHECK(failure.code() == Errc::unavailable);
  CHECK(says(failure, "no answer within 150ms"));
  CHECK(std::chrono::steady_clock::now() - start < 500ms);
}

TEST_CASE("a deadline holds for the last byte of an answer, although it moves") {
  Wire wire;
  const Digest digest = wire.registry.put_blob("a", pseudo_random(20'000));
  wire.faults.add({.method = "GET", .fault = trickle(1'000, 60ms)});
  HttpResponse answer =
      wire.transport.send({.url = wire.url("/v2/a/blobs/" + digest.string()), .headers = {}, .deadline = 300ms});
  CHECK(says(failure_of([&] { read_all(*answer.body, 1 << 20); }), "no complete answer within 300ms"));
}

TEST_CASE("a request that is done in its deadline leaves the next one alone") {
  Wire wire;
  const Digest digest = wire.registry.put_blob("a", pseudo_random(20'000));
  CHECK(wire.transport.send({.url = wire.url("/v2/"), .headers = {}, .deadline = 300ms}).status == 200);
  wire.faults.add({.method = "GET", .fault = trickle(1'000, 30ms)});
  CHECK(read_all(*wire.ask("GET", "/v2/a/blobs/" + digest.string()).body, 1 << 20).size() == 20'000);
}

TEST_CASE("a reader that takes its time does not lose the download") {
  Wire wire;
  const std::string content = pseudo_random(6 << 20);
  HttpResponse answer = wire.ask("GET", "/v2/a/blobs/" + wire.registry.put_blob("a", content).string());
  std::string head(1000, '\0');
  head.resize(read_fully(*answer.body, std::as_writable_bytes(std::span{head})));
  std::this_thread::sleep_for(1s);  // longer than the deadline for a server that stands still
  CHECK(head + read_all(*answer.body, 8 << 20) == content);
}

TEST_CASE("what the source of a body throws comes out unchanged") {
  struct Broken final : Source {
    std::size_t read(MutableBytes) override { throw Error{Errc::digest_mismatch, "the file is not what it was"}; }
  };
  Wire wire;
  HttpRequest request = put(wire.upload(), "content");
  request.body->open = [] { return std::make_unique<Broken>(); };
  CHECK(failure_of([&] { wire.transport.send(request); }).code() == Errc::digest_mismatch);
}

TEST_CASE("a header field cannot smuggle in another") {
  Wire wire;
  HttpRequest request{.method = "GET", .url = wire.url("/v2/")};
  request.headers.add("Accept", "a\r\nAuthorization: b");
  CHECK(failure_of([&] { wire.transport.send(request); }).code() == Errc::invalid_argument);
}

TEST_CASE("UP25: an answer that never ends can be left") {
  Wire wire;
  wire.faults.add({.fault = endless()});
  HttpResponse answer = wire.ask("GET", "/v2/");
  std::string start(200'000, '\0');
  CHECK(read_fully(*answer.body, std::as_writable_bytes(std::span{start})) == start.size());
}

TEST_CASE("a refusal in the middle of a body is an answer") {
  Wire wire;
  const Url location = wire.upload();
  wire.faults.add({.method = "PUT", .fault = early_status(413)});
  CHECK(wire.transport.send(put(location, pseudo_random(8 << 20))).status == 413);
}

TEST_CASE("hosts are named with or without their port") {
  const HttpOrigin origin{.scheme = "https", .host = "registry.example", .port = 5000};
  CHECK(names_host({"registry.example"}, origin));
  CHECK(names_host({"registry.example:5000"}, origin));
  CHECK_FALSE(names_host({"registry.example:5001", "example", "xregistry.example"}, origin));
}
