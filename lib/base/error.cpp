// Error and its context chain.
#include "ocibuild/base/error.hpp"

#include <system_error>

#include <fmt/format.h>

namespace ocibuild {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::invalid_document: return "invalid_document";
    case Errc::unsupported: return "unsupported";
    case Errc::not_found: return "not_found";
    case Errc::digest_mismatch: return "digest_mismatch";
    case Errc::unauthorized: return "unauthorized";
    case Errc::denied: return "denied";
    case Errc::unavailable: return "unavailable";
    case Errc::command_failed: return "command_failed";
    case Errc::io: return "io";
  }
  return "unknown";
}

Error::Error(Errc code, std::string message) : code_{code}, message_{std::move(message)} {}

void Error::add_context(std::string_view doing) {
  message_ = fmt::format("{}: {}", doing, message_);
}

Error& Error::add_note(std::string note) & {
  notes_.push_back(std::move(note));
  return *this;
}

Error& Error::add_help(std::string help) & {
  help_.push_back(std::move(help));
  return *this;
}

Error&& Error::add_note(std::string note) && {
  return std::move(add_note(std::move(note)));
}

Error&& Error::add_help(std::string help) && {
  return std::move(add_help(std::move(help)));
}

void throw_errno(std::string_view doing, int error_number) {
  std::string reason = std::generic_category().message(error_number);
  if (!reason.empty() && reason.front() >= 'A' && reason.front() <= 'Z') {
    reason.front() = static_cast<char>(reason.front() - 'A' + 'a');
  }
  throw Error{Errc::io, fmt::format("{}: {}", doing, reason)};
}

}  // namespace ocibuild
