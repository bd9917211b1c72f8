// Where the next page of a list is: the field Link (RFC 8288).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ocibuild/http/headers.hpp"

namespace ocibuild {

/// The target of the first link whose relation is `next`, as it was written: to be resolved against the URL that was
/// asked, and followed only to the same origin. Lenient about quotes, spaces and upper case; what cannot be read is no
/// link. Takes time linear in the length of `value`, of which only the first 16 KiB count.
std::optional<std::string> next_link(std::string_view value);

/// The same of the first field Link that has such a link.
std::optional<std::string> next_link(const Headers& headers);

}  // namespace ocibuild
