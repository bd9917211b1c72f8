// How the process ends: the exit codes that scripts rely on.
#pragma once

#include "ocibuild/base/error.hpp"

namespace ocibuild {

/// What the exit status of `ocibuild` says. A signal adds 128 + its number.
enum class ExitCode {
  ok = 0,
  findings = 1,     ///< something was compared or verified and is not as it should be
  usage = 2,        ///< the command line is wrong
  input = 3,        ///< configuration, a document or a file that was read is wrong or missing
  command = 4,      ///< cargo, or another program that was run, failed
  unavailable = 5,  ///< network or registry; worth a retry
  denied = 6,       ///< authentication or permission
  integrity = 7,    ///< bytes are not what their digest or size says
  io = 8,           ///< the local system refused
};

/// The exit code for an error that ended a command.
ExitCode exit_code(Errc code) noexcept;

}  // namespace ocibuild
