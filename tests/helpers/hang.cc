// Hangs in the way that its argument names, once it has said "ready". Each case is a mistake that programs
// make; the tests name the verdict that each deserves.

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <latch>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::mutex first;
std::mutex second;
std::mutex third;
std::atomic<int> holders{0};

/// Called when everything that comes before the hang is done.
void ready() {
  std::puts("ready");
  std::fflush(stdout);
}

void lock_two(std::mutex& mine, std::mutex& other, int threads) {
  const std::lock_guard held(mine);
  if (++holders == threads) ready();
  while (holders < threads) std::this_thread::yield();
  const std::lock_guard wanted(other);
}

void deadlock_of_two() {
  std::thread one(lock_two, std::ref(first), std::ref(second), 2);
  std::thread two(lock_two, std::ref(second), std::ref(first), 2);
  one.join();
  two.join();
}
void deadlock_of_three() {
  std::thread one(lock_two, std::ref(first), std::ref(second), 3);
  std::thread two(lock_two, std::ref(second), std::ref(third), 3);
  std::thread three(lock_two, std::ref(third), std::ref(first), 3);
  one.join();
  two.join();
  three.join();
}
void lock_again() {
  first.lock();
  ready();
  first.lock();
}
void join_under_lock() {
  first.lock();
  std::thread worker([] { const std::lock_guard held(first); });
  ready();
  worker.join();
}
void owner_gone() {
  std::thread owner([] { first.lock(); });
  owner.join();
  ready();
  first.lock();
}
void lost_wakeup() {
  std::condition_variable changed;
  std::thread waiter([&] {
    std::unique_lock held(first);
    changed.wait(held);
  });
  ready();
  waiter.join();
}
void idle_pool() {
  std::condition_variable work;
  std::vector<std::thread> pool;
  for (int worker = 0; worker < 4; ++worker) {
    pool.emplace_back([&] {
      std::unique_lock held(first);
      work.wait(held, [] { return false; });
    });
  }
  ready();
  for (std::thread& worker : pool) worker.join();
}
void missed_semaphore() {
  sem_t semaphore{};
  sem_init(&semaphore, 0, 0);
  ready();
  sem_wait(&semaphore);
}
void upgrade_lock() {
  std::shared_mutex mutex;
  mutex.lock_shared();
  ready();
  mutex.lock();
}
void forgotten_promise() {
  std::promise<int> promise;
  ready();
  promise.get_future().get();
}
void forgotten_notify() {
  std::atomic<int> value{0};
  ready();
  value.wait(0);
}
void short_barrier() {
  pthread_barrier_t barrier{};
  pthread_barrier_init(&barrier, nullptr, 2);
  ready();
  pthread_barrier_wait(&barrier);
}
void short_latch() {
  std::latch latch(2);
  ready();
  latch.arrive_and_wait();
}
void child_waits_for_lock() {
  // fork in a threaded process: the thread that holds the lock does not exist in the child.
  std::atomic<bool> is_held{false};
  std::thread owner([&] {
    const std::lock_guard held(first);
    is_held = true;
    while (is_held) std::this_thread::yield();
  });
  while (!is_held) std::this_thread::yield();
  const pid_t child = fork();
  if (child == 0) {
    ready();
    first.lock();
    _exit(0);
  }
  is_held = false;
  owner.join();
  waitpid(child, nullptr, 0);
}
void spin() {
  const volatile bool stop = false;
  ready();
  while (!stop) {
  }
}
void spin_together() {
  const volatile bool stop = false;
  const auto wait = [&] {
    while (!stop) {
    }
  };
  std::thread other(wait);
  ready();
  wait();
}
void give_way() {
  const auto yield = [] {
    for (;;) sched_yield();
  };
  std::thread other(yield);
  ready();
  yield();
}
void poll_flag() {
  std::atomic<bool> stop{false};
  ready();
  while (!stop) usleep(2000);
}
void poll_condition() {
  std::condition_variable changed;
  std::unique_lock held(first);
  ready();
  while (true) changed.wait_for(held, std::chrono::milliseconds(5));
}
void read_pipe() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  char byte = 0;
  ready();
  if (read(ends[0], &byte, 1) != 0) std::abort();
}
void fill_pipe() {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) std::abort();
  const std::vector<char> much(1U << 20U);
  ready();
  if (write(ends[1], much.data(), much.size()) != 0) std::abort();
}
int listening_socket() {
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(&address.sun_path[1], 60, "hang-%d", static_cast<int>(getpid()));  // no file
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener, 1) != 0) {
    std::abort();
  }
  return listener;
}
void accept_nobody() {
  const int listener = listening_socket();
  ready();
  accept(listener, nullptr, nullptr);
}
void receive_nothing() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
  char byte = 0;
  ready();
  if (recv(ends[0], &byte, 1, 0) != 0) std::abort();
}
void poll_nothing() {
  ready();
  poll(nullptr, 0, -1);
}
void epoll_nothing() {
  const int epoll = epoll_create1(0);
  epoll_event event{};
  ready();
  epoll_wait(epoll, &event, 1, -1);
}
void lock_file() {
  const int one = open("/proc/self/exe", O_RDONLY);
  const int two = open("/proc/self/exe", O_RDONLY);
  if (flock(one, LOCK_EX) != 0) std::abort();
  ready();
  flock(two, LOCK_EX);
}
void wait_for_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  int signal = 0;
  ready();
  sigwait(&set, &signal);
}
void wait_for_child() {
  if (fork() == 0) {
    ready();
    pause();
  }
  wait(nullptr);
}
void stop_self() {
  ready();
  raise(SIGSTOP);
}

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
constexpr Case kCases[] = {CASE(deadlock_of_two),
                           CASE(deadlock_of_three),
                           CASE(lock_again),
                           CASE(join_under_lock),
                           CASE(owner_gone),
                           CASE(lost_wakeup),
                           CASE(idle_pool),
                           CASE(missed_semaphore),
                           CASE(upgrade_lock),
                           CASE(forgotten_promise),
                           CASE(forgotten_notify),
                           CASE(short_barrier),
                           CASE(short_latch),
                           CASE(child_waits_for_lock),
                           CASE(spin),
                           CASE(spin_together),
                           CASE(give_way),
                           CASE(poll_flag),
                           CASE(poll_condition),
                           CASE(read_pipe),
                           CASE(fill_pipe),
                           CASE(accept_nobody),
                           CASE(receive_nothing),
                           CASE(poll_nothing),
                           CASE(epoll_nothing),
                           CASE(lock_file),
                           CASE(wait_for_signal),
                           CASE(wait_for_child),
                           CASE(stop_self)};

}  // namespace

int main(int count, char** arguments) {
  for (const Case& one : kCases) {
    if (count > 1 && std::strcmp(one.name, arguments[1]) == 0) one.run();
  }
  return 2;
}
