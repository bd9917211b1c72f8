// The journal.
#include "support/registry/journal.hpp"

#include <algorithm>

namespace ocibuild::testing {

JournalEntry entry_of(const ServerRequest& request, int status, std::string fault) {
  return {.origin = request.origin,
          .method = request.method,
          .target = request.target,
          .headers = request.headers,
          .body_size = request.body.size(),
          .status = status,
          .fault = std::move(fault)};
}

void Journal::add(JournalEntry entry) {
  const std::lock_guard lock{mutex_};
  entries_.push_back(std::move(entry));
  if (listener_) listener_(entries_.back());
}

void Journal::listen(std::function<void(const JournalEntry&)> listener) {
  const std::lock_guard lock{mutex_};
  listener_ = std::move(listener);
}

void Journal::clear() {
  const std::lock_guard lock{mutex_};
  entries_.clear();
}

std::vector<JournalEntry> Journal::entries() const {
  const std::lock_guard lock{mutex_};
  return entries_;
}

std::size_t Journal::count(std::string_view method, std::string_view part) const {
  const std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), [&](const JournalEntry& entry) {
    return (method.empty() || entry.method == method) && entry.target.find(part) != std::string::npos;
  }));
}

std::vector<std::string> Journal::lines() const {
  std::vector<std::string> result;
  for (const JournalEntry& entry : entries()) {
    result.push_back(entry.method + " " + entry.target + " " + std::to_string(entry.status));
  }
  return result;
}

}  // namespace ocibuild::testing
