// Digest grammar, and hashing through OpenSSL.
#include "ocibuild/spec/digest.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

// The specification has no limit. Digests become file names and parts of URLs, so there must be one; sha512 needs 135.
constexpr std::size_t longest_digest = 512;

[[noreturn]] void refuse(std::string_view text, std::string_view rule) {
  throw Error{Errc::invalid_document, fmt::format("invalid digest {}: {}", quote(text), rule)};
}

// component (sep component)*, component [a-z0-9]+, sep [+._-]
bool is_algorithm(std::string_view text) {
  bool after_component = false;
  for (const char c : text) {
    const bool in_component = is_lower(c) || is_digit(c);
    const bool separates = c == '+' || c == '.' || c == '_' || c == '-';
    if (!in_component && !(separates && after_component)) return false;
    after_component = in_component;
  }
  return after_component;
}

bool is_encoded(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '=' || c == '_' || c == '-'; });
}

void require_hex(std::string_view text, std::string_view algorithm, std::string_view encoded, std::size_t digits) {
  if (encoded.size() == digits && std::ranges::all_of(encoded, is_lower_hex)) return;
  refuse(text, fmt::format("{} needs {} lower-case hexadecimal digits", algorithm, digits));
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string result;
  result.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) fmt::format_to(std::back_inserter(result), "{:02x}", byte);
  return result;
}

[[noreturn]] void throw_openssl(std::string_view algorithm) {
  throw Error{Errc::unsupported, fmt::format("openssl cannot compute {} here", algorithm)};
}

}  // namespace

Digest Digest::parse(std::string_view text) {
  if (text.size() > longest_digest) {
    refuse(text, fmt::format("it has {} bytes, at most {} are taken", text.size(), longest_digest));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse(text, "expected ALGORITHM:ENCODED");
  const std::string_view algorithm = text.substr(0, colon);
  const std::string_view encoded = text.substr(colon + 1);
  if (!is_algorithm(algorithm)) refuse(text, "the algorithm must be [a-z0-9]+ joined by one of + . _ -");
  if (!is_encoded(encoded)) refuse(text, "the part after the colon must be [a-zA-Z0-9=_-]+");
  if (algorithm == "sha256") require_hex(text, algorithm, encoded, 64);
  if (algorithm == "sha512") require_hex(text, algorithm, encoded, 128);
  return Digest{std::string{text}, colon};
}

Digest Digest::of(Bytes bytes) {
  Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

struct Hasher::State {
  struct Free {
    void operator()(EVP_MD_CTX* owned) const noexcept { EVP_MD_CTX_free(owned); }
  };
  std::string algorithm;
  std::unique_ptr<EVP_MD_CTX, Free> context;
};

Hasher::Hasher(std::string_view algorithm) {
  const EVP_MD* const function = algorithm == "sha256" ? EVP_sha256() : algorithm == "sha512" ? EVP_sha512() : nullptr;
  if (function == nullptr) {
    throw Error{Errc::unsupported,
                fmt::format("cannot compute digests with {}, only with sha256 and sha512", quote(algorithm))};
  }
  state_ = std::make_unique<State>();
  state_->algorithm = algorithm;
  state_->context.reset(EVP_MD_CTX_new());
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), function, nullptr) != 1) throw_openssl(algorithm);
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) throw_openssl(state_->algorithm);
}

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), value.data(), &size) != 1) throw_openssl(state_->algorithm);
  return Digest::parse(fmt::format("{}:{}", state_->algorithm, to_hex(std::span{value}.first(size))));
}

void HashingSink::write(Bytes bytes) {
  next_.write(bytes);
  hasher_.update(bytes);
  size_ += bytes.size();
}

}  // namespace ocibuild
