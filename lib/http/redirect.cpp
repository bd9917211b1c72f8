// Judging redirects.
#include "http/redirect.hpp"

#include <fmt/format.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild {

void require_safe_redirect(std::string_view who, const HttpOrigin& from, const HttpOrigin& to,
                           const std::string& shown) {
  if (from == to) return;
  if (from.scheme == "https" && to.scheme == "http") {
    throw Error{Errc::denied, fmt::format("{} sends its clients on to plain http", who)}.add_note(shown);
  }
  if (is_private(to.host) && !is_private(from.host)) {
    throw Error{Errc::denied, fmt::format("{} sends its clients to a private address", who)}.add_note(shown);
  }
}

}  // namespace ocibuild
