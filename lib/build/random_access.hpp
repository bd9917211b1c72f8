// A file that can be read at any offset, in memory or on disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "ocibuild/base/bytes.hpp"

namespace ocibuild {

/// Bytes of known number that can be read anywhere.
class RandomAccess {
 public:
  virtual ~RandomAccess() = default;
  virtual std::uint64_t size() const = 0;

  /// Fills `into`. The caller has checked that the range lies inside. Throws Error{io}.
  virtual void read_at(std::uint64_t offset, MutableBytes into) const = 0;
};

/// Over memory that the caller keeps alive.
std::unique_ptr<RandomAccess> random_access(Bytes memory);

/// Over a file, of which only small windows are ever in memory; not mapped, so a file that shrinks is an error and not
/// a signal. Throws Error{not_found}, {invalid_document} when it is not a regular file, {io}.
std::unique_ptr<RandomAccess> random_access(const std::filesystem::path& path);

}  // namespace ocibuild
