// A small bounded worker pool whose results come back in the order the work went in.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace ocibuild {

/// Runs tasks on a fixed number of threads. Tasks start in the order they were given.
class WorkerPool {
 public:
  /// With 0 workers a task runs inside `start`, in the caller's thread.
  explicit WorkerPool(unsigned workers);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Waits for running tasks; tasks that have not started are dropped.
  ~WorkerPool();

  /// Number of threads.
  unsigned workers() const noexcept { return static_cast<unsigned>(threads_.size()); }

  /// Hands over a task. It must not throw: wrap it in a std::packaged_task or use OrderedResults.
  void start(std::function<void()> task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

/// Results of tasks in the order of `add`, with at most `limit` of them unfinished or untaken. Used by one thread.
template <class Result>
class OrderedResults {
 public:
  OrderedResults(WorkerPool& pool, std::size_t limit) : pool_{pool}, limit_{limit} {}
  OrderedResults(const OrderedResults&) = delete;
  OrderedResults& operator=(const OrderedResults&) = delete;

  /// Waits for tasks that still refer to the caller's data.
  ~OrderedResults() {
    for (auto& result : pending_) {
      if (result.valid()) result.wait();
    }
  }

  /// True when `next` must be called before `add`.
  bool full() const noexcept { return pending_.size() >= limit_; }
  bool empty() const noexcept { return pending_.empty(); }

  /// Starts `task`; what it throws comes out of the matching `next`.
  void add(std::function<Result()> task) {
    auto packaged = std::make_shared<std::packaged_task<Result()>>(std::move(task));
    pending_.push_back(packaged->get_future());
    pool_.start([packaged] { (*packaged)(); });
  }

  /// Waits for the oldest task and returns, or throws, what it gave. Requires !empty().
  Result next() {
    std::future<Result> oldest = std::move(pending_.front());
    pending_.pop_front();
    return oldest.get();
  }

 private:
  WorkerPool& pool_;
  std::size_t limit_;
  std::deque<std::future<Result>> pending_;
};

/// Calls `work(i)` for every i below `count` on up to `jobs` threads; returns when all are done. After a failure no
/// further call starts, and the failure with the lowest index is thrown.
void for_each_index(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

}  // namespace ocibuild
