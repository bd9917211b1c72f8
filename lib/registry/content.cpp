// Sources that check, and sources that tell.
#include "registry/content.hpp"

#include "ocibuild/base/error.hpp"

namespace ocibuild {
namespace {

class VerifiedBody final : public Source {
 public:
  explicit VerifiedBody(const Blob& blob) : from_{blob.open(), blob.descriptor}, left_{blob.descriptor.size} {}

  std::size_t read(MutableBytes into) override {
    const std::size_t count = from_.read(into);
    left_ -= count;
    std::byte end{};
    if (count > 0 && left_ == 0) from_.read({&end, 1});
    return count;
  }

 private:
  VerifyingSource from_;
  std::uint64_t left_;
};

class WatchedSource final : public Source {
 public:
  WatchedSource(const Blob& blob, std::exception_ptr& failure) : failure_{failure} {
    watch([&] { from_ = open_verified(blob); });
  }

  std::size_t read(MutableBytes into) override {
    std::size_t count = 0;
    watch([&] { count = from_->read(into); });
    return count;
  }

 private:
  template <class Work>
  void watch(Work&& work) {
    try {
      work();
    } catch (const Error&) {
      failure_ = std::current_exception();
      throw;
    }
  }

  std::unique_ptr<Source> from_;
  std::exception_ptr& failure_;
};

}  // namespace

std::unique_ptr<Source> open_verified(const Blob& blob) {
  return std::make_unique<VerifiedBody>(blob);
}

std::unique_ptr<Source> open_watched(const Blob& blob, std::exception_ptr& failure) {
  return std::make_unique<WatchedSource>(blob, failure);
}

}  // namespace ocibuild
