// The standard streams as file descriptors: writes that are complete or fail.
#pragma once

#include <cstddef>
#include <string_view>

#include "environment.hpp"

namespace ocibuild {

/// Makes sure that descriptors 0, 1 and 2 are taken, so that no file opened later becomes standard output by accident.
/// A closed one then is /dev/null, opened so that writing to it fails as before. Called first in main.
void reserve_standard_streams();

/// Throws Error{io} when standard output is closed, before work is done whose result nobody could see.
void require_standard_output();

/// Writes everything to `descriptor` or throws Error{io} naming `stream`.
void write_all(int descriptor, std::string_view text, std::string_view stream);

/// Writes to standard error as far as that is possible; a failure is nobody's to report.
void write_standard_error(std::string_view text) noexcept;

/// A terminal behind a descriptor.
struct Terminal {
  bool present = false;  ///< a terminal that understands escape sequences (TERM is set and not `dumb`)
  std::size_t columns = 80;
  std::size_t rows = 24;
};
Terminal terminal(int descriptor, const Environment& environment);

}  // namespace ocibuild
