// From the library's error codes to exit codes.
#include "exit_code.hpp"

namespace ocibuild {

ExitCode exit_code(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument: return ExitCode::usage;
    case Errc::invalid_document:
    case Errc::unsupported:
    case Errc::not_found: return ExitCode::input;
    case Errc::command_failed: return ExitCode::command;
    case Errc::unavailable: return ExitCode::unavailable;
    case Errc::unauthorized:
    case Errc::denied: return ExitCode::denied;
    case Errc::digest_mismatch: return ExitCode::integrity;
    case Errc::io: break;
  }
  return ExitCode::io;
}

}  // namespace ocibuild
