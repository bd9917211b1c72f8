// The registry behind TemporaryPath and ChildGroup.
#include "ocibuild/base/cleanup.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <sys/wait.h>

namespace ocibuild {
namespace {

struct Registry {
  std::mutex mutex;
  std::multiset<std::filesystem::path> paths;
  std::multiset<pid_t> groups;
};

// Never destroyed: a signal may come while static objects are being destroyed.
Registry& registry() {
  static auto& instance = *new Registry;
  return instance;
}

constexpr auto grace = std::chrono::milliseconds{300};
constexpr auto reaping_time = std::chrono::milliseconds{100};
constexpr auto poll_interval = std::chrono::milliseconds{10};

bool is_alive(pid_t group) {
  return ::kill(-group, 0) == 0;
}

/// Waits until no group is alive, at most for `limit`; true when it came to that.
bool all_gone(const std::multiset<pid_t>& groups, std::chrono::milliseconds limit) {
  for (auto waited = std::chrono::milliseconds{0}; waited < limit; waited += poll_interval) {
    for (const pid_t group : groups) ::waitpid(group, nullptr, WNOHANG);  // a zombie still counts as alive
    if (std::none_of(groups.begin(), groups.end(), is_alive)) return true;
    std::this_thread::sleep_for(poll_interval);
  }
  return false;
}

void end_groups(const std::multiset<pid_t>& groups) {
  for (const pid_t group : groups) ::kill(-group, SIGTERM);
  if (all_gone(groups, grace)) return;
  for (const pid_t group : groups) ::kill(-group, SIGKILL);
  all_gone(groups, reaping_time);
}

}  // namespace

TemporaryPath::TemporaryPath(std::filesystem::path path) : path_{std::move(path)} {
  const std::lock_guard lock{registry().mutex};
  registry().paths.insert(path_);
}

TemporaryPath::TemporaryPath(const std::function<std::filesystem::path()>& create) {
  const std::lock_guard lock{registry().mutex};
  path_ = create();
  registry().paths.insert(path_);
}

TemporaryPath::~TemporaryPath() {
  const std::lock_guard lock{registry().mutex};
  registry().paths.erase(registry().paths.find(path_));
}

ChildGroup::ChildGroup(pid_t group) : group_{group} {
  const std::lock_guard lock{registry().mutex};
  registry().groups.insert(group_);
}

ChildGroup::~ChildGroup() {
  const std::lock_guard lock{registry().mutex};
  registry().groups.erase(registry().groups.find(group_));
}

void abandon_everything() noexcept {
  registry().mutex.lock();  // kept: whoever wants to register from now on waits until the process is gone
  end_groups(registry().groups);
  for (const auto& path : registry().paths) {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
}

}  // namespace ocibuild
