// Blob uploads: the existence check, mounts, sessions and the three flows (distribution-spec v1.1, pushing blobs).
#include "registry/upload.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "registry/chunks.hpp"
#include "registry/content.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view octets = "application/octet-stream";

/// Statuses by which registries and proxies say that they do not take an upload in this way.
bool refuses_flow(int status) {
  return status == 405 || status == 411 || status == 413 || status == 501;
}

/// The session is gone, as GHCR has it after every failed PUT.
bool lost_session(int status) {
  return status == 404 || status == 416;
}

/// The next way to try where `flow` is refused; nothing: there is none. GHCR joins chunks wrongly.
std::optional<UploadFlow> next_flow(const Host& host, UploadFlow flow) {
  if (flow == UploadFlow::whole) return UploadFlow::streamed;
  if (flow == UploadFlow::streamed && !host.is_ghcr()) return UploadFlow::chunked;
  return {};
}

/// One attempt to upload a blob: a session and its flow.
class Upload {
 public:
  Upload(Exchange& exchange, const Repository& repository, const Blob& blob)
      : exchange_{exchange}, repository_{repository}, blob_{blob}, scopes_{push_to(repository.name)} {}

  /// Opens a session, by mounting where there is a source. True when nothing needs to be sent any more.
  bool mount(const std::string& source) {
    RegistryRequest request = begin();
    request.url = request.url.with_query("mount", blob_.descriptor.digest.string()).with_query("from", source);
    request.scopes.push_back({source, "pull"});
    Answer answer = exchange_.send(repository_.host, request);
    if (answer.status() == 201) return true;
    if (answer.status() == 202) open_session(request, answer);
    if (answer.status() == 401 || answer.status() == 403) remember_refusal(source);
    return false;  // any other answer means: upload it then
  }

  bool may_mount_from(const std::string& source) const {
    const std::lock_guard lock{repository_.host.sources};
    return !repository_.host.refused_sources.contains(source);
  }

  bool has_session() const noexcept { return location_.has_value(); }

  /// Sends the blob. True when the registry says that it has it now; false when that is to be asked.
  bool send() {
    try {
      return send_somehow();
    } catch (const TransientError&) {
      // Whoever reads the content has tried again already.
      if (content_failure_) std::rethrow_exception(content_failure_);
      throw;
    }
  }

 private:
  bool send_somehow() {
    for (;;) {
      if (!location_) start();
      const UploadFlow flow = repository_.host.flow;
      Answer answer = flow == UploadFlow::whole ? put_whole() : put_in_parts(flow);
      if (refuses_flow(answer.status())) {
        fall_back(flow, answer);
        continue;
      }
      return is_accepted(answer);
    }
  }

  RegistryRequest begin() const {
    return {.method = "POST", .url = repository_.url("blobs/uploads/"), .headers = {}, .body = {}, .scopes = scopes_};
  }

  void start() {
    const RegistryRequest request = begin();
    Answer answer = exchange_.send(repository_.host, request);
    if (answer.status() < 200 || answer.status() > 204) exchange_.fail(repository_.host, request, answer);
    open_session(request, answer);
  }

  void remember_refusal(const std::string& source) {
    const std::lock_guard lock{repository_.host.sources};
    repository_.host.refused_sources.insert(source);
  }

  void open_session(const RegistryRequest& request, const Answer& answer) {
    location_ = exchange_.location(repository_.host, request, answer);
    least_chunk_ = chunk_size(answer.response.headers);
  }

  HttpBody content() {
    return {.size = blob_.descriptor.size, .open = [this] { return open_watched(blob_, content_failure_); }};
  }

  Url closing_url() const { return location_->with_query("digest", blob_.descriptor.digest.string()); }

  Answer put_whole() {
    request_ = {.method = "PUT",
                .url = closing_url(),
                .headers = {{"Content-Type", std::string{octets}}},
                .body = content(),
                .scopes = scopes_};
    return exchange_.send(repository_.host, request_);
  }

  Answer put_in_parts(UploadFlow flow) {
    if (flow == UploadFlow::streamed) {
      request_ = {.method = "PATCH",
                  .url = *location_,
                  .headers = {{"Content-Type", std::string{octets}}},
                  .body = content(),
                  .scopes = scopes_};
      Answer answer = exchange_.send(repository_.host, request_);
      if (answer.status() < 200 || answer.status() > 204) return answer;
      location_ = exchange_.location(repository_.host, request_, answer);
    } else if (auto refused = send_chunks(exchange_, repository_, blob_, *location_, least_chunk_, request_)) {
      return std::move(*refused);
    }
    request_ = {.method = "PUT", .url = closing_url(), .headers = {}, .body = {}, .scopes = scopes_};
    return exchange_.send(repository_.host, request_);
  }

  void fall_back(UploadFlow flow, Answer& answer) {
    const auto next = next_flow(repository_.host, flow);
    if (!next) exchange_.fail(repository_.host, request_, answer);
    UploadFlow expected = flow;
    repository_.host.flow.compare_exchange_strong(expected, *next);
    location_.reset();
  }

  bool is_accepted(Answer& answer) {
    const int status = answer.status();
    if (lost_session(status)) {
      TransientError error{fmt::format("the upload session is gone: {}", describe(exchange_.failure(answer)))};
      error.add_note(exchange_.asked(request_, answer.url));
      throw error;
    }
    if (status == 400 && exchange_.failure(answer).says("DIGEST_INVALID")) {
      // What was read was verified while it was sent, so it was changed on the way.
      throw Error{Errc::digest_mismatch, describe(exchange_.failure(answer))};
    }
    if (status < 200 || status > 204) exchange_.fail(repository_.host, request_, answer);
    const auto stored = answer.response.headers.first("Docker-Content-Digest");
    if (!stored || !is_digest(*stored)) return false;
    if (*stored == blob_.descriptor.digest.string()) return status == 201;
    throw Error{Errc::digest_mismatch,
                fmt::format("the registry stored {} where {} was sent", *stored, blob_.descriptor.digest.string())};
  }

  static bool is_digest(const std::string& text) {
    try {
      return Digest::parse(text).string() == text;
    } catch (const Error&) {
      return false;
    }
  }

  Exchange& exchange_;
  const Repository& repository_;
  const Blob& blob_;
  Scopes scopes_;
  RegistryRequest request_;  // the last one that carried content
  std::optional<Url> location_;
  std::uint64_t least_chunk_ = 0;
  std::exception_ptr content_failure_;
};

/// What a registry has under a digest may have been cut short. An answer that does not say how long it is, or that the
/// question has no body, does not deny it.
bool has_size(const Headers& headers, std::uint64_t size) {
  const std::string length = headers.first("Content-Length").value_or("0");
  std::uint64_t found = 0;
  const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), found);
  return failure != std::errc{} || found == 0 || found == size;
}

/// True when an answer of 3xx leads to the blob in a storage. A front that sends every question elsewhere, to a mirror,
/// to TLS or to a login, does not say that the blob is there.
bool leads_to_storage(const Answer& answer, const Url& asked, const Digest& digest) {
  const std::string location = answer.response.headers.first("Location").value_or("");
  return location.find(digest.encoded()) != std::string::npos && location.find(asked.path()) == std::string::npos;
}

bool ask_for_blob(Exchange& exchange, const Repository& repository, const Descriptor& blob, const Scopes& scopes,
                  ToStorage to_storage) {
  const RegistryRequest request{.method = "HEAD",
                                .url = repository.url("blobs/" + blob.digest.string()),
                                .headers = {},
                                .body = {},
                                .scopes = scopes,
                                .redirects = Redirects::nowhere};
  Answer answer = exchange.send(repository.host, request);
  if (answer.status() == 401) exchange.fail(repository.host, request, answer);
  // A registry that sends us to its storage has the blob; the storage may take no HEAD (GHCR's answers 403). 403 and
  // 405 to HEAD say nothing for sure, and carry no body that says why: the next request does.
  if (answer.status() / 100 == 3) {
    return to_storage == ToStorage::is_there && leads_to_storage(answer, request.url, blob.digest);
  }
  return answer.status() == 200 && has_size(answer.response.headers, blob.size);
}

}  // namespace

bool has_blob(Exchange& exchange, const Repository& repository, const Descriptor& blob) {
  return exchange.retry().run(repository.host.registry.name, [&] {
    return ask_for_blob(exchange, repository, blob, repository.scopes(), ToStorage::is_there);
  });
}

BlobOutcome place_blob(Exchange& exchange, const Repository& repository, const Blob& blob,
                       const std::vector<std::string>& sources, ToStorage to_storage) {
  bool was_sent = false;
  std::size_t source = 0;
  const auto ask = [&] {
    const ToStorage means = was_sent ? ToStorage::is_there : to_storage;
    return ask_for_blob(exchange, repository, blob.descriptor, push_to(repository.name), means);
  };
  return exchange.retry().run(repository.host.registry.name, [&] {
    if (exchange.is_there(repository.host, ask)) {
      return was_sent ? BlobOutcome::uploaded : BlobOutcome::present;
    }
    Upload upload{exchange, repository, blob};
    while (source < sources.size() && !upload.has_session()) {
      const std::string& from = sources[source++];  // what fails once is not tried again
      if (upload.may_mount_from(from) && upload.mount(from)) return BlobOutcome::mounted;
    }
    was_sent = true;
    if (upload.send()) return BlobOutcome::uploaded;
    if (ask()) return BlobOutcome::uploaded;
    throw TransientError{"the registry took the blob, but does not have it"};
  });
}

}  // namespace ocibuild
