// Expensive working memory that is used again by whichever thread needs it next.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace ocibuild {

/// Lends out objects and takes them back; makes a new one when all are lent. Safe for use by several threads.
template <class Object>
class Recycler {
 public:
  /// Calls `use(object)` with an object nobody else has and returns what it gives. An object in whose use something was
  /// thrown is not used again.
  template <class Use>
  auto with(Use&& use) {
    std::unique_ptr<Object> object = take();
    auto result = std::forward<Use>(use)(*object);
    const std::lock_guard lock{mutex_};
    idle_.push_back(std::move(object));
    return result;
  }

 private:
  std::unique_ptr<Object> take() {
    {
      const std::lock_guard lock{mutex_};
      if (!idle_.empty()) {
        std::unique_ptr<Object> object = std::move(idle_.back());
        idle_.pop_back();
        return object;
      }
    }
    return std::make_unique<Object>();
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Object>> idle_;
};

}  // namespace ocibuild
