// One request on its way, seen from both sides: the thread that asked, and the thread that runs libcurl.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "http/byte_queue.hpp"
#include "ocibuild/http/curl_transport.hpp"

namespace ocibuild {

/// Everything that both threads touch is guarded by `mutex`. libcurl's types stay in the .cpp: `easy` is a CURL*.
class CurlTransfer {
 public:
  /// How a transfer ended.
  struct End {
    int code = 0;         ///< a CURLcode
    std::string message;  ///< of a failure, without secrets
  };

  /// `wake` asks the loop to go on with a paused transfer.
  CurlTransfer(const HttpRequest& request, const CurlOptions& options, std::function<void()> wake);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer();

  // The asking thread.

  /// Feeds the body until the head of the answer is there, and returns it without its body. Throws as Transport::send.
  HttpResponse await_head();

  /// The next bytes of the answer. Throws Error{unavailable} when it broke off.
  std::size_t read(MutableBytes into);

  // The loop's thread.

  void* easy() const noexcept { return easy_; }
  void resume();

  /// Nobody wants the rest any more. A short one is still taken, so that the connection can be used again; false when
  /// there is nothing to wait for.
  bool discard();
  void finish(End end);

  /// Ends the transfer when it stood still for too long, and says so.
  std::optional<End> stalled(std::chrono::steady_clock::time_point now);

  /// `HTTP/2 201, 1234 bytes sent, 0.120 s`, or why it failed; for the log.
  std::string outcome() const;
  std::string subject() const;  ///< `PUT https://host/path`, redacted

 private:
  void configure(const CurlOptions& options);
  void configure_method();
  void configure_security(const CurlOptions& options);
  void add_header(const Header& header);
  void feed(std::unique_lock<std::mutex>& lock);
  void take_header(std::string_view line);
  bool outlived_deadline() const;
  std::string failure_text(int code) const;
  [[noreturn]] void throw_end() const;

  std::size_t on_body(Bytes bytes) noexcept;
  std::size_t on_header(std::string_view line) noexcept;
  std::size_t on_upload(MutableBytes into) noexcept;

  // libcurl calls these with the object as the last argument.
  static std::size_t body_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t upload_callback(char* data, std::size_t size, std::size_t count, void* self) noexcept;

  HttpRequest request_;
  std::function<void()> wake_;
  std::chrono::milliseconds stall_timeout_;
  std::chrono::milliseconds answer_timeout_;
  void* easy_ = nullptr;
  void* header_list_ = nullptr;
  std::string error_text_;
  std::unique_ptr<Source> body_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  ByteQueue upload_{512 << 10};
  bool upload_ended_ = false;
  bool upload_paused_ = false;
  bool upload_given_up_ = false;
  std::uint64_t uploaded_ = 0;  // taken by libcurl

  std::optional<int> status_;
  Headers headers_;
  std::size_t header_bytes_ = 0;
  bool head_complete_ = false;

  ByteQueue download_{1 << 20};
  bool download_paused_ = false;
  std::optional<std::size_t> discardable_;  // bytes that are still taken and dropped
  std::optional<End> end_;

  std::chrono::steady_clock::time_point began_;
  std::uint64_t last_moved_ = 0;  // only the loop's thread
  std::chrono::steady_clock::time_point last_move_;
};

}  // namespace ocibuild
