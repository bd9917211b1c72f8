// Requests, faults and answers on one connection.
#include "support/registry/served.hpp"

#include <algorithm>

#include "support/registry/wire.hpp"

namespace ocibuild::testing {
namespace {

/// Whether another request may follow on this connection.
enum class Next { request, nothing };

bool is_at(const std::optional<Fault>& fault, FaultPoint point) {
  return fault && ends_exchange(*fault) && fault->point == point;
}

/// Ends the connection in the way of the fault.
Next end(Connection& connection, FaultKind kind) {
  if (kind == FaultKind::stall) {
    connection.stall();
  } else if (kind == FaultKind::reset) {
    connection.reset();
  } else {
    connection.close();
  }
  return Next::nothing;
}

Next answer_early(Connection& connection, const ServerResponse& response) {
  connection.write(head_text(response, true) + response.body);
  connection.close();
  return Next::nothing;
}

Headers without_length(const Headers& headers) {
  Headers result;
  for (const Header& header : headers) {
    if (header.name != "Content-Length") result.add(header.name, header.value);
  }
  return result;
}

void write_slowly(Connection& connection, std::string_view body, const Fault& fault) {
  const std::size_t piece = std::max<std::uint64_t>(fault.bytes, 1);
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) {
    connection.write(body.substr(0, piece));
    connection.pause(fault.pause);
  }
}

Next write_without_end(Connection& connection, ServerResponse response) {
  response.headers = without_length(response.headers);
  response.headers.add("Transfer-Encoding", "chunked");
  connection.write(head_text(response, false));
  for (;;) connection.write("1000\r\n" + std::string(0x1000, 'x') + "\r\n");
}

Next write_with_wrong_length(Connection& connection, ServerResponse response, std::int64_t difference) {
  response.headers = without_length(response.headers);
  const std::int64_t length = static_cast<std::int64_t>(response.body.size()) + difference;
  response.headers.add("Content-Length", std::to_string(std::max<std::int64_t>(length, 0)));
  connection.write(head_text(response, false) + response.body);
  return end(connection, FaultKind::close);
}

/// Sends the answer as the fault lets it.
Next deliver(Connection& connection, ServerResponse response, const std::optional<Fault>& fault, bool keeps_alive) {
  if (is_at(fault, FaultPoint::response)) {
    connection.write(head_text(response, false));
    connection.write(std::string_view{response.body}.substr(0, std::min(fault->bytes, response.body.size())));
    return end(connection, fault->kind);
  }
  if (fault && fault->kind == FaultKind::endless) return write_without_end(connection, std::move(response));
  if (fault && fault->kind == FaultKind::wrong_length) {
    return write_with_wrong_length(connection, std::move(response), fault->difference);
  }
  connection.write(head_text(response, !keeps_alive));
  if (fault && fault->kind == FaultKind::trickle && fault->point == FaultPoint::response) {
    write_slowly(connection, response.body, *fault);
  } else {
    connection.write(response.body);
  }
  if (keeps_alive) return Next::request;
  return end(connection, FaultKind::close);
}

/// What the client would be told before it sends its body.
std::optional<ServerResponse> early_answer(const Service& service, const RequestHead& head,
                                           const std::optional<Fault>& fault) {
  if (fault && fault->kind == FaultKind::status && fault->point == FaultPoint::head) {
    return exchange(service.registry, head.request, fault);
  }
  if (!head.expects_continue || fault) return {};
  auto refusal = service.registry.refusal(head.request);
  if (refusal) service.registry.journal().add(entry_of(head.request, refusal->status));
  return refusal;
}

BodyPace pace_of(Connection& connection, const std::optional<Fault>& fault) {
  BodyPace pace;
  if (is_at(fault, FaultPoint::request)) pace.limit = fault->bytes;
  if (fault && fault->kind == FaultKind::trickle && fault->point == FaultPoint::request) {
    connection.narrow();
    pace.step = fault->bytes;
    pace.pause = fault->pause;
  }
  return pace;
}

Next answer_control(Connection& connection, const Service& service, RequestHead& head) {
  read_body(connection, head, {});
  ServerResponse response = service.options.control(head.request);
  complete(response, head.request.method);
  return deliver(connection, std::move(response), {}, head.keeps_alive);
}

/// A body that breaks off is known to the journal and to the session it was for.
void read_or_note(Connection& connection, const Service& service, RequestHead& head, const BodyPace& pace) {
  try {
    read_body(connection, head, pace);
  } catch (const Disconnected&) {
    service.registry.interrupted(head.request);
    service.registry.journal().add(entry_of(head.request, 0, "broken off"));
    throw;
  }
}

Next answer_request(Connection& connection, const Service& service, RequestHead& head) {
  if (service.options.control && head.request.target.starts_with("/_test/")) {
    return answer_control(connection, service, head);
  }
  const std::optional<Fault> fault = service.faults.next(head.request.method, head.request.target);
  if (is_at(fault, FaultPoint::head)) {
    exchange(service.registry, head.request, fault);
    return end(connection, fault->kind);
  }
  if (const auto early = early_answer(service, head, fault)) return answer_early(connection, *early);
  if (head.expects_continue) connection.write("HTTP/1.1 100 Continue\r\n\r\n");
  read_or_note(connection, service, head, pace_of(connection, fault));
  std::optional<ServerResponse> response = exchange(service.registry, head.request, fault);
  if (!response) return end(connection, fault->kind);
  return deliver(connection, *std::move(response), fault, head.keeps_alive);
}

}  // namespace

void serve(Connection& connection, const Service& service) {
  while (auto head = read_head(connection, service.origin)) {
    if (answer_request(connection, service, *head) == Next::nothing) return;
  }
}

}  // namespace ocibuild::testing
