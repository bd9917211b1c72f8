// What happens to one transfer, in libcurl's callbacks and in the thread that asked.
#include "http/curl_transfer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include <curl/curl.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <sys/ioctl.h>

#include "ocibuild/base/duration.hpp"
#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_header_bytes = 256 << 10;  // of one answer; real ones have a few kilobytes
constexpr std::size_t max_discarded = 64 << 10;
constexpr std::size_t feed_size = 256 << 10;

bool is_certificate_problem(int code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_PINNEDPUBKEYNOTMATCH || code == CURLE_SSL_INVALIDCERTSTATUS;
}

/// What OpenSSL says about an answer in plain http, in several versions, and GnuTLS.
bool is_plain_answer(int code, std::string_view message) {
  constexpr std::array signs{"wrong version number", "packet length too long", "unexpected tls packet"};
  return code == CURLE_SSL_CONNECT_ERROR &&
         std::ranges::any_of(signs, [&](const char* sign) { return message.find(sign) != std::string_view::npos; });
}

/// True when the name is known not to exist; a name server that does not answer leaves it open. libcurl does not tell
/// one from the other.
bool is_unknown_name(const std::string& host) {
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found);
  if (found != nullptr) ::freeaddrinfo(found);
  return code == EAI_NONAME;
}

/// The bytes that wait in the kernel for the other side to take them.
std::uint64_t unsent_bytes(CURL* easy) {
  curl_socket_t socket = CURL_SOCKET_BAD;
  int unsent = 0;
  if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket) != CURLE_OK || socket == CURL_SOCKET_BAD) return 0;
  return ::ioctl(socket, SIOCOUTQ, &unsent) == 0 && unsent > 0 ? static_cast<std::uint64_t>(unsent) : 0;
}

}  // namespace

CurlTransfer::CurlTransfer(const HttpRequest& request, const CurlOptions& options, std::function<void()> wake)
    : request_{request},
      wake_{std::move(wake)},
      stall_timeout_{options.stall_timeout},
      answer_timeout_{options.answer_timeout},
      easy_{curl_easy_init()},
      error_text_(CURL_ERROR_SIZE, '\0'),
      began_{std::chrono::steady_clock::now()},
      last_move_{began_} {
  if (easy_ == nullptr) throw Error{Errc::io, "libcurl gives no handle"};
  try {
    configure(options);
  } catch (...) {
    curl_slist_free_all(static_cast<curl_slist*>(header_list_));
    curl_easy_cleanup(easy_);
    throw;
  }
  if (request_.body) body_ = request_.body->open();
}

CurlTransfer::~CurlTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(static_cast<curl_slist*>(header_list_));
}

HttpResponse CurlTransfer::await_head() {
  std::unique_lock lock{mutex_};
  while (!head_complete_ && !end_) {
    if (!upload_ended_ && upload_.room() >= feed_size) {
      feed(lock);
    } else {
      changed_.wait(lock);
    }
  }
  upload_given_up_ = !upload_ended_;
  if (!head_complete_) throw_end();
  // A transfer that stays paused where nobody feeds it any more never ends, and its answer is not read either.
  if (std::exchange(upload_paused_, false)) {
    lock.unlock();
    wake_();
    lock.lock();
  }
  return {.status = *status_, .headers = headers_, .body = nullptr};
}

void CurlTransfer::feed(std::unique_lock<std::mutex>& lock) {
  thread_local std::vector<std::byte> buffer(feed_size);
  lock.unlock();
  const std::size_t count = body_->read(buffer);
  lock.lock();
  upload_.push(Bytes{buffer}.first(count));
  upload_ended_ = count == 0;
  if (!std::exchange(upload_paused_, false)) return;
  lock.unlock();
  wake_();
  lock.lock();
}

std::size_t CurlTransfer::read(MutableBytes into) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return !download_.empty() || end_; });
  if (download_.empty() && end_->code != CURLE_OK) throw_end();
  const std::size_t count = download_.pop(into);
  if (download_paused_ && download_.room() >= feed_size) {
    download_paused_ = false;
    lock.unlock();
    wake_();
  }
  return count;
}

void CurlTransfer::throw_end() const {
  const auto& [code, message] = *end_;
  if (is_certificate_problem(code)) throw CertificateError{message};
  if (is_plain_answer(code, message)) {
    throw PlainHttpError{fmt::format("{} does not speak TLS", request_.url.origin().host)};
  }
  if (code == CURLE_COULDNT_RESOLVE_HOST && is_unknown_name(request_.url.origin().host))
    throw UnreachableError{message};
  throw Error{Errc::unavailable, message};
}

void CurlTransfer::resume() {
  curl_easy_pause(easy_, CURLPAUSE_CONT);
}

bool CurlTransfer::discard() {
  {
    const std::lock_guard lock{mutex_};
    if (!head_complete_) return false;
    discardable_ = max_discarded;
    download_paused_ = false;
    upload_given_up_ = upload_given_up_ || !upload_ended_;
  }
  resume();
  return true;
}

bool CurlTransfer::outlived_deadline() const {
  constexpr std::chrono::milliseconds rounding{1};  // libcurl's, which may be a little early
  return request_.deadline && std::chrono::steady_clock::now() - began_ + rounding >= *request_.deadline;
}

/// libcurl's own words, except that it says after how many milliseconds it could not connect, but not why, and after
/// how many it gave up, but not how many it had.
std::string CurlTransfer::failure_text(int code) const {
  if (code == CURLE_OPERATION_TIMEDOUT && outlived_deadline()) {
    return fmt::format("no {}answer within {}", head_complete_ ? "complete " : "", duration_text(*request_.deadline));
  }
  const std::string_view text = error_text_.c_str();
  long reason = 0;
  curl_easy_getinfo(easy_, CURLINFO_OS_ERRNO, &reason);
  if (code == CURLE_COULDNT_CONNECT && reason != 0) {
    const std::string why = std::system_category().message(static_cast<int>(reason));
    return to_lower(fmt::format("{}: {}", text.substr(0, text.find(" after ")), why));
  }
  return to_lower(text.empty() ? curl_easy_strerror(static_cast<CURLcode>(code)) : text);
}

void CurlTransfer::finish(End end) {
  if (end.code != CURLE_OK && end.message.empty()) end.message = failure_text(end.code);
  const std::lock_guard lock{mutex_};
  end_ = std::move(end);
  changed_.notify_all();
}

std::optional<CurlTransfer::End> CurlTransfer::stalled(std::chrono::steady_clock::time_point now) {
  curl_off_t sent = 0;
  curl_off_t received = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &received);
  const std::lock_guard lock{mutex_};
  const std::uint64_t moved =
      static_cast<std::uint64_t>(sent) + static_cast<std::uint64_t>(received) + header_bytes_ - unsent_bytes(easy_);
  const bool waits_for_us = download_paused_ || (upload_paused_ && !upload_ended_ && !upload_given_up_);
  if (moved != last_moved_ || waits_for_us) {
    last_moved_ = moved;
    last_move_ = now;
  }
  const bool asked = upload_ended_ && upload_.empty() && !head_complete_;
  const auto limit = asked ? answer_timeout_ : stall_timeout_;
  if (now - last_move_ < limit) return {};
  return End{.code = CURLE_OPERATION_TIMEDOUT,
             .message = fmt::format("{} for {} s", asked ? "no answer" : "no byte moved",
                                    static_cast<double>(limit.count()) / 1000)};
}

std::string CurlTransfer::subject() const {
  return fmt::format("{} {}", request_.method, request_.url.redacted());
}

std::string CurlTransfer::outcome() const {
  long version = 0;
  curl_off_t sent = 0;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME_T, &microseconds);
  const std::lock_guard lock{mutex_};
  const std::string seconds = fmt::format("{:.3f} s", static_cast<double>(microseconds) / 1e6);
  const std::string head =
      status_ ? fmt::format("{}, HTTP/{}", *status_, version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1") : "no answer";
  const std::string body = sent > 0 ? fmt::format(", {} bytes sent", sent) : "";
  const std::string failure = end_ && end_->code != CURLE_OK ? ", " + end_->message : "";
  return fmt::format("{}{}, {}{}", head, body, seconds, failure);
}

std::size_t CurlTransfer::on_body(Bytes bytes) noexcept {
  const std::lock_guard lock{mutex_};
  if (discardable_) {
    if (*discardable_ < bytes.size()) return 0;
    *discardable_ -= bytes.size();
    return bytes.size();
  }
  if (download_.room() < bytes.size()) {
    download_paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  download_.push(bytes);
  changed_.notify_all();
  return bytes.size();
}

void CurlTransfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (head_complete_) return;  // a trailer
  if (line.starts_with("HTTP/")) {
    headers_ = Headers{};
    const std::size_t space = std::min(line.find(' '), line.size());
    int status = 0;
    std::from_chars(line.data() + std::min(space + 1, line.size()), line.data() + line.size(), status);
    status_ = status;
  } else if (line.empty()) {
    head_complete_ = status_.value_or(0) >= 200;  // 100 and 103 announce the real answer
  } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    headers_.add(std::string{line.substr(0, colon)}, std::string{value.substr(0, value.find_last_not_of(" \t") + 1)});
  }
}

std::size_t CurlTransfer::on_header(std::string_view line) noexcept {
  const std::lock_guard lock{mutex_};
  if (header_bytes_ + line.size() > max_header_bytes) return 0;
  take_header(line);
  if (head_complete_) changed_.notify_all();
  return line.size();
}

std::size_t CurlTransfer::on_upload(MutableBytes into) noexcept {
  const std::lock_guard lock{mutex_};
  if (upload_given_up_) return CURL_READFUNC_ABORT;
  const std::size_t count = upload_.pop(into);
  uploaded_ += count;
  changed_.notify_all();
  if (count > 0 || upload_ended_) return count;
  upload_paused_ = true;
  return CURL_READFUNC_PAUSE;
}

}  // namespace ocibuild
