// Counting what is read.
#include "counted_store.hpp"

namespace ocibuild {
namespace {

class CountedSource final : public Source {
 public:
  CountedSource(std::unique_ptr<Source> source, Descriptor blob, const CountedStore::Told& told)
      : source_{std::move(source)}, blob_{std::move(blob)}, told_{told} {}

  std::size_t read(MutableBytes into) override {
    const std::size_t count = source_->read(into);
    bytes_ += count;
    if (count > 0) told_(blob_, bytes_);
    return count;
  }

 private:
  std::unique_ptr<Source> source_;
  Descriptor blob_;
  const CountedStore::Told& told_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Source> CountedStore::open(const Descriptor& descriptor) const {
  return std::make_unique<CountedSource>(store_.open(descriptor), descriptor, told_);
}

}  // namespace ocibuild
