// Requests of a Transport as requests of a registry, and answers back.
#include "support/registry/scripted_transport.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

namespace ocibuild::testing {
namespace {

constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

/// The body of an answer: what is there, then its end, or that of the connection.
class BodySource final : public Source {
 public:
  enum class End { complete, broken, never };

  BodySource(std::string content, End end, std::uint64_t piece)
      : content_{std::move(content)}, end_{end}, piece_{piece} {}

  std::size_t read(MutableBytes into) override {
    const std::size_t size = std::min({into.size(), content_.size() - position_, static_cast<std::size_t>(piece_)});
    std::copy_n(as_bytes(content_).begin() + static_cast<std::ptrdiff_t>(position_), size, into.begin());
    position_ += size;
    if (size > 0 || into.empty() || end_ == End::complete) return size;
    if (end_ == End::broken) throw Error{Errc::unavailable, "the connection broke in the middle of the answer"};
    std::fill(into.begin(), into.end(), std::byte{'x'});
    return into.size();
  }

 private:
  std::string content_;
  End end_;
  std::uint64_t piece_;
  std::size_t position_ = 0;
};

bool ends_at(const Fault& fault, FaultPoint point) {
  return ends_exchange(fault) && fault.point == point;
}

/// The first `limit` bytes of the body.
std::string body_of(const HttpRequest& request, std::uint64_t limit) {
  if (!request.body || limit == 0) return {};
  const std::unique_ptr<Source> source = request.body->open();
  const std::uint64_t wanted = std::min(request.body->size, limit);
  std::string body;
  std::array<std::byte, 65536> buffer{};
  while (body.size() < wanted) {
    const auto room = std::min<std::uint64_t>(buffer.size(), wanted - body.size());
    const std::size_t size = source->read(MutableBytes{buffer}.first(room));
    if (size == 0) {
      throw Error{Errc::unavailable,
                  fmt::format("the body has {} bytes, its length says {}", body.size(), request.body->size)};
    }
    body += as_text(Bytes{buffer}.first(size));
  }
  return body;
}

ServerRequest head_of(const HttpRequest& request, const std::string& origin) {
  ServerRequest result{.method = request.method, .target = request.url.path(), .origin = origin};
  if (!request.url.query().empty()) result.target += "?" + request.url.query();
  result.headers.add("Host", origin.substr(origin.find("://") + 3));
  for (const Header& header : request.headers) result.headers.add(header.name, header.value);
  const bool sends = request.method == "PUT" || request.method == "POST" || request.method == "PATCH";
  if (request.body || sends) {
    result.headers.add("Content-Length", std::to_string(request.body ? request.body->size : 0));
  }
  return result;
}

/// The headers with that Content-Length, or with none.
Headers with_length(const Headers& headers, std::optional<std::uint64_t> length) {
  Headers result;
  for (const Header& header : headers) {
    if (header.name != "Content-Length") result.add(header.name, header.value);
  }
  if (length) result.add("Content-Length", std::to_string(*length));
  return result;
}

/// The answer as it comes over a wire on which `fault` happens.
HttpResponse delivered(ServerResponse response, const std::optional<Fault>& fault) {
  BodySource::End end = BodySource::End::complete;
  std::uint64_t piece = everything;
  if (fault && ends_at(*fault, FaultPoint::response)) {
    if (fault->bytes < response.body.size()) end = BodySource::End::broken;
    response.body.resize(std::min<std::uint64_t>(response.body.size(), fault->bytes));
  } else if (fault && fault->kind == FaultKind::trickle && fault->point == FaultPoint::response) {
    piece = std::max<std::uint64_t>(fault->bytes, 1);
  } else if (fault && fault->kind == FaultKind::endless) {
    end = BodySource::End::never;
    response.headers = with_length(response.headers, {});
  } else if (fault && fault->kind == FaultKind::wrong_length) {
    const auto size = static_cast<std::int64_t>(response.body.size());
    const auto claimed = static_cast<std::uint64_t>(std::max<std::int64_t>(size + fault->difference, 0));
    response.headers = with_length(response.headers, claimed);
    if (claimed > response.body.size()) end = BodySource::End::broken;
    response.body.resize(std::min<std::uint64_t>(response.body.size(), claimed));
  }
  return {.status = response.status,
          .headers = std::move(response.headers),
          .body = std::make_unique<BodySource>(std::move(response.body), end, piece)};
}

[[noreturn]] void throw_no_answer(const Fault& fault) {
  throw Error{Errc::unavailable,
              fault.kind == FaultKind::stall ? "no answer came in time" : "the connection ended before an answer"};
}

}  // namespace

void ScriptedTransport::route(std::string origin, MemoryRegistry& registry) {
  const std::lock_guard lock{mutex_};
  sites_[std::move(origin)] = {.registry = &registry};
}

void ScriptedTransport::route(std::string origin, MemoryRegistry& registry, Faults& faults) {
  const std::lock_guard lock{mutex_};
  sites_[std::move(origin)] = {.registry = &registry, .faults = &faults};
}

ScriptedTransport::Site ScriptedTransport::site(const std::string& origin) const {
  const std::lock_guard lock{mutex_};
  const auto found = sites_.find(origin);
  return found == sites_.end() ? Site{} : found->second;
}

HttpResponse ScriptedTransport::send(const HttpRequest& request) {
  const std::string origin = to_string(request.url.origin());
  const Site to = site(origin);
  ServerRequest sent = head_of(request, origin);
  if (to.registry == nullptr) {
    journal_.add(entry_of(sent, 0, "no route"));
    throw Error{Errc::unavailable, "the name of " + origin + " cannot be resolved"};
  }
  const std::optional<Fault> fault = to.faults == nullptr ? std::nullopt : to.faults->next(sent.method, sent.target);
  std::uint64_t arrives = everything;
  if (fault && ends_at(*fault, FaultPoint::head)) arrives = 0;
  if (fault && ends_at(*fault, FaultPoint::request)) arrives = fault->bytes;
  sent.body = body_of(request, arrives);
  std::optional<ServerResponse> response = exchange(*to.registry, sent, fault);
  journal_.add(entry_of(sent, response ? response->status : 0, fault ? to_string(*fault) : ""));
  if (!response) throw_no_answer(*fault);
  return delivered(*std::move(response), fault);
}

}  // namespace ocibuild::testing
