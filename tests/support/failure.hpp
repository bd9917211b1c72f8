// The Error that a piece of code throws, as a value that a test can look at.
#pragma once

#include <cstdlib>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "ocibuild/base/error.hpp"

namespace ocibuild::testing {

/// Runs `body` and returns the Error it throws; fails the test when it throws none.
template <class Body>
Error failure_of(Body&& body) {
  try {
    (void)std::forward<Body>(body)();
  } catch (const Error& error) {
    return error;
  }
  FAIL("expected an Error, found none");
  std::abort();
}

/// True when the message of `error` has `part` in it.
inline bool says(const Error& error, std::string_view part) {
  return std::string_view{error.what()}.find(part) != std::string_view::npos;
}

}  // namespace ocibuild::testing
