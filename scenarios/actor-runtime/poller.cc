#include "scenarios/actor-runtime/poller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace actor_runtime {
namespace {

void control(int epoll, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  check_system(::epoll_ctl(epoll, operation, fd, &event), "epoll_ctl");
}

}  // namespace

Poller::Poller(RunQueue& run_queue, PollerPolicy policy)
    : run_queue_(run_queue),
      policy_(policy),
      epoll_(check_system(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      stop_event_(check_system(::eventfd(0, EFD_CLOEXEC), "eventfd")) {
  watch(stop_event_.number(), [this] { is_stopping_ = true; });
}

void Poller::watch(int fd, std::function<void()> action) {
  watchers_.emplace(fd, std::move(action));
  control(epoll_.number(), EPOLL_CTL_ADD, fd, EPOLLIN);
}

void Poller::park(int fd, Task& task) {
  {
    const std::scoped_lock lock(mutex_);
    table_[fd] = &task;
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  event.data.fd = fd;
  // Usually epoll still knows the descriptor, silenced. Nobody but its task adds it, so that ADD cannot fail.
  if (::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event) == 0) return;
  check_system(errno == ENOENT ? ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event) : -1, "epoll_ctl");
}

bool Poller::holds(const Task& task) const {
  const std::scoped_lock lock(mutex_);
  return std::any_of(table_.begin(), table_.end(), [&](const auto& entry) { return entry.second == &task; });
}

void Poller::run() {
  while (!is_stopping_) {
    const std::vector<int> fds = wait_for_events();
    hand_over(fds);
    clean_up(fds);
  }
}

void Poller::stop() {
  const std::uint64_t one = 1;
  check_system(static_cast<int>(::write(stop_event_.number(), &one, sizeof one)), "write to an eventfd");
}

std::vector<int> Poller::wait_for_events() {
  std::array<epoll_event, 16> events{};
  const int count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), -1);
  if (count < 0 && errno != EINTR) check_system(count, "epoll_wait");
  std::vector<int> fds;
  for (int i = 0; i < count; ++i) {
    const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
    const auto watcher = watchers_.find(fd);
    if (watcher != watchers_.end()) {
      watcher->second();
    } else {
      fds.push_back(fd);
    }
  }
  return fds;
}

void Poller::hand_over(const std::vector<int>& fds) {
  for (const int fd : fds) {
    Task* task = nullptr;
    switch (policy_.order) {
      case PollerPolicy::Order::hand_over_first:
        task = find(fd);
        break;
      case PollerPolicy::Order::claim_first:
        task = take(fd);
        disarm(fd);
        break;
    }
    if (task != nullptr) run_queue_.push(*task);
  }
}

void Poller::clean_up(const std::vector<int>& fds) {
  if (policy_.order == PollerPolicy::Order::claim_first) return;
  for (const int fd : fds) {
    disarm(fd);
    static_cast<void>(take(fd));  // whoever stands there now
  }
}

Task* Poller::find(int fd) {
  const std::scoped_lock lock(mutex_);
  const auto entry = table_.find(fd);
  return entry == table_.end() ? nullptr : entry->second;
}

Task* Poller::take(int fd) {
  const std::scoped_lock lock(mutex_);
  const auto entry = table_.find(fd);
  if (entry == table_.end()) return nullptr;
  Task* task = entry->second;
  table_.erase(entry);
  return task;
}

void Poller::disarm(int fd) {
  if (policy_.event_delete == PollerPolicy::EventDelete::no) return;  // EPOLLONESHOT has silenced it already
  control(epoll_.number(), EPOLL_CTL_DEL, fd, 0);
}

}  // namespace actor_runtime
