// Asking a service once, and judging what it says.
#include "deploy/probe_try.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "http/redirect.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_body = 64 << 10;
constexpr std::size_t max_excerpt = 200;  // characters
constexpr unsigned max_redirects = 10;    // as many as the kubelet follows

struct Answer {
  int status = 0;
  Headers headers;
  std::string body;      ///< its first 64 KiB
  std::string breakage;  ///< why there is no more of it
};

Answer read_answer(HttpResponse response) {
  Answer answer{.status = response.status, .headers = std::move(response.headers), .body = {}, .breakage = {}};
  std::string buffer(4096, '\0');
  try {
    while (answer.body.size() < max_body) {
      const std::size_t room = std::min(buffer.size(), max_body - answer.body.size());
      const std::size_t size = response.body->read(std::as_writable_bytes(std::span{buffer.data(), room}));
      if (size == 0) break;
      answer.body.append(buffer, 0, size);
    }
  } catch (const Error& error) {
    answer.breakage = clean_line(error.what(), max_excerpt);
  }
  return answer;
}

Answer ask(const ProbeTarget& target, const Url& url, Transport& transport, milliseconds timeout) {
  HttpRequest request{.url = url, .headers = target.headers, .deadline = timeout};
  // A kept connection would lead to the same pod again, although another is rolled out beside it. (Not so in HTTP/2,
  // which has no such field and which proxies speak, that choose a pod for each request.)
  request.headers.add("Connection", "close");
  return read_answer(transport.send(request));
}

/// Where a redirect leads, if the kubelet would follow it. We stay on the same origin, so that headers of the probe,
/// which may be secrets, go nowhere else.
std::optional<Url> next_hop(const Answer& answer, const Url& url) {
  const auto location = is_redirect(answer.status) ? answer.headers.first("Location") : std::nullopt;
  if (!location) return {};
  try {
    const Url next = url.resolve(*location);
    return next.origin() == url.origin() ? std::optional{next} : std::nullopt;
  } catch (const Error&) {
    return {};  // an answer like any other
  }
}

Answer final_answer(const ProbeTarget& target, Transport& transport, const Clock& clock, milliseconds timeout) {
  const milliseconds end = clock.now() + timeout;
  Answer answer = ask(target, target.url, transport, timeout);
  if (target.expected) return answer;
  Url url = target.url;
  for (unsigned hops = 0;; ++hops) {
    const auto next = next_hop(answer, url);
    if (!next) return answer;
    if (hops == max_redirects) throw Error{Errc::unavailable, fmt::format("more than {} redirects", max_redirects)};
    const milliseconds left = end - clock.now();
    if (left <= milliseconds{0}) throw Error{Errc::unavailable, "redirected until the time was over"};
    url = *next;
    answer = ask(target, url, transport, left);
  }
}

ProbeReport judge(const ProbeTarget& target, const Answer& answer) {
  ProbeReport report{.state = ProbeState::unhealthy,
                     .status = answer.status,
                     .reason = {},
                     .excerpt = clean_line(answer.body, max_excerpt)};
  const ExpectedStatuses expected = target.expected.value_or(ExpectedStatuses{});
  const StockPage page = find_stock_page(answer.status, answer.body);
  if (page != StockPage::none) {
    report.state = ProbeState::placeholder;
    report.reason = describe(page);
  } else if (!expected.contains(answer.status)) {
    report.reason = fmt::format("status {}, expected {}", answer.status, expected.string());
  } else if (!answer.breakage.empty()) {
    report.reason = fmt::format("status {}, {}", answer.status, answer.breakage);
  } else if (answer.body.find(target.body) == std::string::npos) {
    report.reason = fmt::format("status {}, without {} in its body", answer.status, quote(target.body));
  } else {
    report.state = ProbeState::healthy;
  }
  return report;
}

}  // namespace

ProbeReport try_once(const ProbeTarget& target, Transport& transport, const Clock& clock, milliseconds timeout) {
  try {
    return judge(target, final_answer(target, transport, clock, timeout));
  } catch (const Error& error) {
    if (error.code() != Errc::unavailable) throw;
    return {
        .state = ProbeState::unreachable, .status = {}, .reason = clean_line(error.what(), max_excerpt), .excerpt = {}};
  }
}

}  // namespace ocibuild
