#include "ocibuild/base/byte_locks.hpp"

#include <optional>

#include <doctest/doctest.h>

#include "support/failure.hpp"

namespace ocibuild {
namespace {

struct LockFile {
  TempDir directory{std::filesystem::temp_directory_path()};
  std::filesystem::path path = directory.path() / "locks";
};

TEST_CASE("a byte is shared by many or owned by one, and other bytes do not matter") {
  const LockFile file;
  ByteLocks one{file.path};
  ByteLocks two{file.path};
  ByteLocks three{file.path};
  one.share(7);
  two.share(7);
  CHECK_FALSE(three.try_own(7));
  CHECK(three.try_own(8));
  CHECK_FALSE(one.try_own(8));
  three.release(8);
  CHECK(one.try_own(8));
}

TEST_CASE("locks end with their object") {
  const LockFile file;
  std::optional<ByteLocks> one{file.path};
  ByteLocks two{file.path};
  one->share(1);
  CHECK_FALSE(two.try_own(1));
  one.reset();
  CHECK(two.try_own(1));
}

TEST_CASE("any 64 bits are a byte") {
  const LockFile file;
  ByteLocks one{file.path};
  ByteLocks two{file.path};
  one.share(~std::uint64_t{0});
  CHECK_FALSE(two.try_own(~std::uint64_t{0}));
  CHECK(std::filesystem::file_size(file.path) == 0);
}

TEST_CASE("a lock file that cannot be opened is named") {
  const LockFile file;
  const Error error = testing::failure_of([&] { return ByteLocks{file.path / "below"}; });
  CHECK(error.code() == Errc::io);
  CHECK(testing::says(error, file.path.native()));
}

}  // namespace
}  // namespace ocibuild
