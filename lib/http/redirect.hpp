// Where a server may send us.
#pragma once

#include <string>
#include <string_view>

#include "ocibuild/http/url.hpp"

namespace ocibuild {

constexpr bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Throws Error{denied} when `who`, which is at `from`, sends its clients down to plain http, or into a private network
/// that it is not in itself. `shown` is added as a note: what was asked.
void require_safe_redirect(std::string_view who, const HttpOrigin& from, const HttpOrigin& to,
                           const std::string& shown);

}  // namespace ocibuild
