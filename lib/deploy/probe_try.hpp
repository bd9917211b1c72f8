// One try of a probe.
#pragma once

#include <chrono>

#include "ocibuild/deploy/probe.hpp"

namespace ocibuild {

/// Asks once, follows redirects as `ProbeTarget::expected` says, and judges the answer. The time and number of tries in
/// the result are left to the caller.
ProbeReport try_once(const ProbeTarget& target, Transport& transport, const Clock& clock,
                     std::chrono::milliseconds timeout);

}  // namespace ocibuild
