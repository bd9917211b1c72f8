// The thread that runs libcurl's multi interface, and what the asking threads see of it.
#include "ocibuild/http/curl_transport.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <curl/curl.h>
#include <fmt/format.h>

#include "http/curl_transfer.hpp"
#include "ocibuild/base/error.hpp"
#include "ocibuild/base/file.hpp"

namespace ocibuild {
namespace {

constexpr std::size_t max_ca_file = 16 << 20;  // bytes; a distribution's bundle has 200 kB

/// libcurl wants to be told once per process, before there are threads.
void initialize_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Error{Errc::io, fmt::format("libcurl does not start: {}", curl_easy_strerror(code))};
}

/// Whatever is wrong with the rest of the file, libcurl says it at the first request.
void require_certificates(const std::filesystem::path& file) {
  if (read_file(file, max_ca_file).find("-----BEGIN ") != std::string::npos) return;
  throw Error{Errc::invalid_document, fmt::format("{} holds no certificate, expected PEM", file.native())};
}

/// libcurl would say what it does not understand, with the password, and only at the first request.
void require_proxy(std::string_view what, const std::string& proxy) {
  if (proxy.empty()) return;
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url{curl_url(), curl_url_cleanup};
  if (!url) throw std::bad_alloc{};
  char* scheme = nullptr;
  constexpr unsigned flags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
  const bool is_url = curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), flags) == CURLUE_OK &&
                      curl_url_get(url.get(), CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK;
  const std::unique_ptr<char, decltype(&curl_free)> owned{scheme, curl_free};
  constexpr std::string_view known[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  const bool has_scheme = proxy.find("://") != std::string::npos;
  if (is_url && (!has_scheme || std::ranges::find(known, std::string_view{scheme}) != std::end(known))) return;
  throw Error{Errc::invalid_argument,
              fmt::format("the proxy for {} is no address such as http://USER:PASSWORD@HOST:PORT", what)}
      .add_help("in a password, write %2F for /, %3F for ?, %23 for #, %40 for @ and %3A for :");
}

}  // namespace

/// Takes commands from any thread and carries them out in its own.
class CurlTransport::Loop {
 public:
  using Transfer = std::shared_ptr<CurlTransfer>;
  enum class Order { begin, resume, abandon, stop };

  explicit Loop(std::function<void(std::string_view)> log) : log_{std::move(log)}, multi_{curl_multi_init()} {
    if (multi_ == nullptr) throw Error{Errc::io, "libcurl gives no handle"};
    thread_ = std::thread{[this] { run(); }};
  }

  ~Loop() {
    give(Order::stop, nullptr);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void give(Order order, Transfer transfer) {
    {
      const std::lock_guard lock{mutex_};
      orders_.push_back({order, std::move(transfer)});
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() noexcept {
    for (;;) {
      carry_out_orders();
      if (stopping_) break;
      int running = 0;
      curl_multi_perform(multi_, &running);
      take_ends();
      end_stalled();
      const bool busy = !transfers_.empty();
      curl_multi_poll(multi_, nullptr, 0, busy ? 200 : 60'000, nullptr);
    }
    for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
    transfers_.clear();
  }

  void carry_out_orders() {
    std::deque<std::pair<Order, Transfer>> orders;
    {
      const std::lock_guard lock{mutex_};
      orders.swap(orders_);
    }
    for (auto& [order, transfer] : orders) {
      if (order == Order::stop) stopping_ = true;
      if (order == Order::begin) begin(std::move(transfer));
      if (transfer == nullptr || !transfers_.contains(transfer->easy())) continue;
      if (order == Order::resume) transfer->resume();
      if (order == Order::abandon && !transfer->discard()) remove(transfer->easy());
    }
  }

  void begin(Transfer transfer) {
    void* easy = transfer->easy();
    const auto added = transfers_.emplace(easy, std::move(transfer)).first;
    if (const CURLMcode code = curl_multi_add_handle(multi_, easy); code != CURLM_OK) {
      added->second->finish({.code = CURLE_FAILED_INIT, .message = curl_multi_strerror(code)});
      transfers_.erase(added);
    }
  }

  void remove(void* easy) {
    curl_multi_remove_handle(multi_, easy);
    transfers_.erase(easy);
  }

  void take_ends() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) end(message->easy_handle, {.code = message->data.result, .message = {}});
    }
  }

  void end_stalled() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::pair<void*, CurlTransfer::End>> stalled;
    for (const auto& [easy, transfer] : transfers_) {
      if (auto end = transfer->stalled(now)) stalled.emplace_back(easy, std::move(*end));
    }
    for (auto& [easy, outcome] : stalled) end(easy, std::move(outcome));
  }

  void end(void* easy, CurlTransfer::End outcome) {
    const auto found = transfers_.find(easy);
    if (found == transfers_.end()) return;
    const Transfer transfer = found->second;
    transfer->finish(std::move(outcome));
    if (log_) log_(fmt::format("{}: {}", transfer->subject(), transfer->outcome()));
    remove(easy);
  }

  std::function<void(std::string_view)> log_;
  CURLM* multi_;
  std::mutex mutex_;
  std::deque<std::pair<Order, Transfer>> orders_;
  std::map<void*, Transfer> transfers_;  // only the loop's thread
  bool stopping_ = false;                // only the loop's thread
  std::thread thread_;
};

namespace {

/// The body of an answer; abandons the transfer when nobody wants the rest.
class ResponseBody final : public Source {
 public:
  ResponseBody(std::shared_ptr<CurlTransfer> transfer, std::function<void()> abandon)
      : transfer_{std::move(transfer)}, abandon_{std::move(abandon)} {}
  ResponseBody(const ResponseBody&) = delete;
  ResponseBody& operator=(const ResponseBody&) = delete;
  ~ResponseBody() override {
    if (!ended_) abandon_();
  }

  std::size_t read(MutableBytes into) override {
    if (into.empty() || ended_) return 0;
    const std::size_t count = transfer_->read(into);
    ended_ = count == 0;
    return count;
  }

 private:
  std::shared_ptr<CurlTransfer> transfer_;
  std::function<void()> abandon_;
  bool ended_ = false;
};

}  // namespace

CurlTransport::CurlTransport(CurlOptions options) : options_{std::move(options)} {
  initialize_curl();
  require_proxy("http", options_.proxy.http);
  require_proxy("https", options_.proxy.https);
  if (!options_.ca_file.empty()) {
    with_context("the file of certificate authorities", [&] { require_certificates(options_.ca_file); });
  }
  loop_ = std::make_unique<Loop>(options_.log);
}

CurlTransport::~CurlTransport() = default;

HttpResponse CurlTransport::send(const HttpRequest& request) {
  const auto give = [loop = loop_.get()](Loop::Order order, std::shared_ptr<CurlTransfer> transfer) {
    if (transfer) loop->give(order, std::move(transfer));
  };
  const auto wake = std::make_shared<std::function<void()>>();
  const auto transfer = std::make_shared<CurlTransfer>(request, options_, [wake] { (*wake)(); });
  *wake = [give, weak = std::weak_ptr{transfer}] { give(Loop::Order::resume, weak.lock()); };
  const auto abandon = [give, weak = std::weak_ptr{transfer}] { give(Loop::Order::abandon, weak.lock()); };
  give(Loop::Order::begin, transfer);
  try {
    HttpResponse response = transfer->await_head();
    response.body = std::make_unique<ResponseBody>(transfer, abandon);
    return response;
  } catch (...) {
    abandon();
    throw;
  }
}

bool names_host(const std::vector<std::string>& hosts, const HttpOrigin& origin) {
  const std::string bracketed = origin.host.find(':') == std::string::npos ? origin.host : "[" + origin.host + "]";
  const std::string with_port = fmt::format("{}:{}", bracketed, origin.port);
  return std::ranges::any_of(hosts, [&](const std::string& host) { return host == bracketed || host == with_port; });
}

HttpBody memory_body(std::string content) {
  const std::size_t size = content.size();
  return {.size = size, .open = [content = std::move(content)] { return std::make_unique<MemorySource>(content); }};
}

}  // namespace ocibuild
