// Url: what is accepted is written and read the same, has no control characters, and no reference without a scheme or
// `//` leads to another origin.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/base/error.hpp"
#include "ocibuild/http/url.hpp"
#include "property.hpp"

using namespace ocibuild;
using ocibuild::fuzz::require;

namespace {

template <class Body>
std::optional<Url> accepted(Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_argument, "a bad URL is an invalid argument");
    return {};
  }
}

void check(const Url& url) {
  require(Url::parse(url.string()) == url, "a URL is written and read the same");
  require(url.path().starts_with('/'), "a path begins with a slash");
  const std::string text = url.string() + url.redacted();
  require(std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }), "a URL is printable");
}

}  // namespace

/// A URL, a newline, and a reference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const std::size_t newline = std::min(input.find('\n'), input.size());
  const std::optional<Url> base = accepted([&] { return Url::parse(input.substr(0, newline)); });
  if (!base || newline == input.size()) return 0;
  check(*base);
  const std::string_view reference = input.substr(newline + 1);
  const std::optional<Url> url = accepted([&] { return base->resolve(reference); });
  if (!url) return 0;
  check(*url);
  const bool names_host = reference.starts_with("//") || reference.find("://") != std::string_view::npos;
  require(names_host || url->origin() == base->origin(), "a relative reference stays at its origin");
  return 0;
}
