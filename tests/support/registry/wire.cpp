// Reading requests, writing the heads of answers.
#include "support/registry/wire.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "spec/text.hpp"

namespace ocibuild::testing {
namespace {

constexpr std::size_t max_line = 1 << 20;
constexpr std::size_t max_headers = 1000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// `METHOD TARGET HTTP/1.x`.
bool read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  const std::string_view version = line.substr(last + 1);
  if (!version.starts_with("HTTP/1.")) return false;
  head.request.method = line.substr(0, first);
  head.request.target = line.substr(first + 1, last - first - 1);
  head.keeps_alive = version != "HTTP/1.0";
  return head.request.target.starts_with('/');
}

/// What the headers say about the body and the connection; false for a contradiction.
bool read_framing(RequestHead& head) {
  const Headers& headers = head.request.headers;
  const auto says = [&](std::string_view name, std::string_view value) {
    return to_lower(headers.first(name).value_or("")) == value;
  };
  head.chunked = says("Transfer-Encoding", "chunked");
  head.expects_continue = says("Expect", "100-continue");
  if (says("Connection", "close")) head.keeps_alive = false;
  const std::vector<std::string> lengths = headers.all("Content-Length");
  if (lengths.size() > 1 || (head.chunked && !lengths.empty())) return false;
  if (lengths.empty()) return true;
  const auto length = number(lengths.front(), 10);
  head.length = length.value_or(0);
  return length.has_value();
}

/// Reads `size` more bytes of a body, or as many as the pace allows.
void read_part(Connection& connection, std::string& body, std::uint64_t size, const BodyPace& pace) {
  const std::uint64_t end = std::min(body.size() + size, pace.limit);
  while (body.size() < end) {
    connection.read(body, std::min(end - body.size(), std::max<std::uint64_t>(pace.step, 1)));
    if (pace.pause.count() > 0) connection.pause(pace.pause);
  }
}

void read_chunks(Connection& connection, std::string& body, const BodyPace& pace) {
  while (body.size() < pace.limit) {
    const std::string line = connection.line(max_line).value_or("");
    const auto size = number(trimmed(std::string_view{line}.substr(0, line.find(';'))), 16);
    if (!size) throw Disconnected{};
    read_part(connection, body, *size, pace);
    if (body.size() == pace.limit) return;
    if (*size > 0) {
      connection.line(max_line);
      continue;
    }
    for (auto trailer = connection.line(max_line); trailer && !trailer->empty();) trailer = connection.line(max_line);
    return;
  }
}

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 401: return "Unauthorized";
    case 404: return "Not Found";
    default: return "Scripted";
  }
}

}  // namespace

std::optional<RequestHead> read_head(Connection& connection, const std::string& own_origin) {
  RequestHead head;
  auto line = connection.line(max_line);
  if (line && line->empty()) line = connection.line(max_line);  // RFC 9112, 2.2: ignore an empty line before a request
  if (!line || !read_request_line(*line, head)) return {};
  for (std::size_t count = 0; count < max_headers; ++count) {
    line = connection.line(max_line);
    if (!line) return {};
    if (line->empty()) {
      const auto host = head.request.headers.first("Host");
      head.request.origin = host ? "http://" + *host : own_origin;
      return read_framing(head) ? std::optional{std::move(head)} : std::nullopt;
    }
    const std::size_t colon = line->find(':');
    if (colon == std::string::npos) return {};
    head.request.headers.add(line->substr(0, colon), std::string{trimmed(std::string_view{*line}.substr(colon + 1))});
  }
  return {};
}

void read_body(Connection& connection, RequestHead& head, const BodyPace& pace) {
  if (head.chunked) {
    read_chunks(connection, head.request.body, pace);
  } else {
    read_part(connection, head.request.body, head.length, pace);
  }
}

std::string head_text(const ServerResponse& response, bool closes) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
  for (const Header& header : response.headers) text += fmt::format("{}: {}\r\n", header.name, header.value);
  if (closes) text += "Connection: close\r\n";
  return text + "\r\n";
}

}  // namespace ocibuild::testing
