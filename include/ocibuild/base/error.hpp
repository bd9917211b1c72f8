// The one error type of the library: a code for programs, a message for people, and the chain of what was being done.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocibuild {

/// What went wrong, as far as a caller may want to act on it.
enum class Errc {
  invalid_argument,  ///< a value given by the caller breaks its grammar
  invalid_document,  ///< a file, document or configuration that was read is not what it claims to be
  unsupported,       ///< well-formed, but this library does not do it
  not_found,         ///< a name, blob, file or program that was asked for does not exist
  digest_mismatch,   ///< bytes differ from the digest or size that names them
  unauthorized,      ///< the other side wants (other) credentials
  denied,            ///< the credentials are known and not enough
  unavailable,       ///< network or registry failed; trying again later may help
  command_failed,    ///< a program that was run ended with an error
  io,                ///< the local file system or operating system refused
};

/// The spelling of a code, as in `digest_mismatch`.
std::string_view to_string(Errc code) noexcept;

/// The only exception the library throws, apart from std::bad_alloc.
///
/// `what()` is one line, lower case and without a period: the context from outside to inside, then what was found
/// and what was expected. Notes and help are further lines for a person; a program needs only the code.
class Error : public std::exception {
 public:
  Error(Errc code, std::string message);

  Errc code() const noexcept { return code_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Puts `doing` in front of the message: `doing: message`.
  void add_context(std::string_view doing);

  /// Facts that help to understand, and what to do; each in the order it was added.
  Error& add_note(std::string note) &;
  Error& add_help(std::string help) &;
  Error&& add_note(std::string note) &&;
  Error&& add_help(std::string help) &&;
  const std::vector<std::string>& notes() const noexcept { return notes_; }
  const std::vector<std::string>& help() const noexcept { return help_; }

 private:
  Errc code_;
  std::string message_;
  std::vector<std::string> notes_;
  std::vector<std::string> help_;
};

/// Throws Error{Errc::io} with `doing` and the text of `error_number` (an errno value).
[[noreturn]] void throw_errno(std::string_view doing, int error_number);

/// Runs `body` and returns its result; an Error that leaves it gets `doing` as context.
template <class Body>
decltype(auto) with_context(std::string_view doing, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_context(doing);
    throw;
  }
}

}  // namespace ocibuild
