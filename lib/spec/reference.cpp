// The grammar of distribution/reference, and docker.io's defaults.
#include "ocibuild/spec/reference.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "ocibuild/base/error.hpp"
#include "spec/text.hpp"

namespace ocibuild {
namespace {

constexpr std::string_view default_registry = "docker.io";
constexpr std::size_t longest_repository = 255;  // distribution/reference: RepositoryNameTotalLengthMax
constexpr std::size_t longest_registry = 253;    // RFC 1035: a name in text form

[[noreturn]] void refuse(std::string_view text, std::string_view rule, std::string help = {}) {
  Error error{Errc::invalid_argument, fmt::format("invalid image reference {}: {}", quote(text), rule)};
  if (!help.empty()) error.add_help(std::move(help));
  throw error;
}

// [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_path_component(std::string_view text) noexcept {
  const auto in_word = [](char c) { return is_lower(c) || is_digit(c); };
  if (text.empty() || !in_word(text.front()) || !in_word(text.back())) return false;
  for (std::size_t i = 0; i < text.size();) {
    if (in_word(text[i])) {
      ++i;
      continue;
    }
    const char separator = text[i];
    const std::size_t next = std::min(text.find_first_not_of(separator, i), text.size());
    const std::size_t longest = separator == '-' ? text.size() : separator == '_' ? 2 : separator == '.' ? 1 : 0;
    if (next - i > longest || !in_word(text[next])) return false;
    i = next;
  }
  return true;
}

bool is_host_label(std::string_view text) noexcept {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (text.size() < 2 || text.back() != ']') return false;
    const std::string address{text.substr(1, text.size() - 2)};
    in6_addr ignored{};
    // No zone and no dotted quad: distribution/reference takes hexadecimal digits and colons only.
    return address.find_first_not_of("0123456789abcdefABCDEF:") == std::string::npos &&
           inet_pton(AF_INET6, address.c_str(), &ignored) == 1;
  }
  for (std::string_view rest = text;;) {
    const std::size_t dot = rest.find('.');
    if (!is_host_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    rest.remove_prefix(dot + 1);
  }
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_registry(std::string_view text) {
  if (text.size() > longest_registry) return false;
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  return has_port ? is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1)) : is_host(text);
}

// What stands before the first `/` is a registry when it cannot be the first part of a repository.
bool looks_like_registry(std::string_view text) {
  return text == "localhost" || text.find_first_of(".:") != std::string_view::npos ||
         std::ranges::any_of(text, is_upper);
}

void split_name(std::string_view name, Reference& into) {
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash != std::string_view::npos && looks_like_registry(first)) {
    into.registry = first == "index.docker.io" ? default_registry : first;
    into.repository = name.substr(slash + 1);
  } else {
    into.registry = default_registry;
    into.repository = name;
  }
  const bool official = into.registry == default_registry && into.repository.find('/') == std::string::npos;
  if (official && !into.repository.empty()) into.repository.insert(0, "library/");
}

void require_name(std::string_view text, const Reference& reference) {
  if (!is_registry(reference.registry)) {
    refuse(text, fmt::format("{} is not a registry host", quote(reference.registry)));
  }
  if (is_repository(reference.repository)) return;
  const std::string lower = to_lower(reference.repository);
  if (is_repository(lower)) {
    refuse(text, "the repository has upper-case letters",
           fmt::format("registries take lower case only: write {}/{}", reference.registry, lower));
  }
  if (reference.repository.size() > longest_repository) {
    refuse(text, fmt::format("the repository has {} bytes, at most {} are allowed", reference.repository.size(),
                             longest_repository));
  }
  refuse(text, fmt::format("{} is not a repository", quote(reference.repository)),
         "a repository is made of [a-z0-9] words joined by . _ __ or -, and / between its parts");
}

Digest read_digest(std::string_view text, std::string_view digest) {
  try {
    Digest result = Digest::parse(digest);
    const auto is_hex = [](char c) { return is_lower_hex(c) || (c >= 'A' && c <= 'F'); };
    if (result.encoded().size() >= 32 && std::ranges::all_of(result.encoded(), is_hex)) return result;
  } catch (const Error& error) {
    refuse(text, error.what());
  }
  refuse(text, "a digest here has at least 32 hexadecimal digits");
}

}  // namespace

Reference Reference::parse(std::string_view text) {
  if (text.empty()) refuse(text, "it is empty");
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    refuse(text, "it is a URL", "leave out everything up to and including ://");
  }
  // distribution/reference refuses it too: programs take it for an image id.
  if (text.size() == 64 && std::ranges::all_of(text, is_lower_hex)) {
    refuse(text, "64 hexadecimal digits are an id, not a name");
  }
  const std::size_t at = text.find('@');
  const std::string_view tagged = text.substr(0, at);
  const std::size_t slash = tagged.rfind('/');
  const std::size_t colon = tagged.rfind(':');
  const bool has_tag = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);

  Reference result;
  split_name(has_tag ? tagged.substr(0, colon) : tagged, result);
  require_name(text, result);
  if (has_tag) {
    result.tag = tagged.substr(colon + 1);
    if (!is_tag(result.tag)) refuse(text, fmt::format("{} is not a tag", quote(result.tag)));
  }
  if (at != std::string_view::npos) result.digest = read_digest(text, text.substr(at + 1));
  return result;
}

std::string Reference::tag_or_digest() const {
  if (digest) return digest->string();
  return tag.empty() ? "latest" : tag;
}

std::string Reference::string() const {
  std::string result = name();
  if (!tag.empty()) result += ":" + tag;
  if (digest) result += "@" + digest->string();
  return result;
}

bool is_tag(std::string_view text) noexcept {
  const auto in_word = [](char c) { return is_alphanumeric(c) || c == '_'; };
  return !text.empty() && text.size() <= 128 && in_word(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return in_word(c) || c == '.' || c == '-'; });
}

bool is_component_name(std::string_view text) noexcept {
  return is_tag(text);  // the same grammar, which suits shells and file names as well
}

bool is_repository(std::string_view text) noexcept {
  if (text.size() > longest_repository) return false;
  for (std::string_view rest = text;;) {
    const std::size_t slash = rest.find('/');
    if (!is_path_component(rest.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace ocibuild
