// Small programs with known bugs, and correct ones, for the tests of the controlled scheduler. The first
// argument names the program. Exit status 0: it went right, 3: it saw its bug.

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include <poll.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kRight = 0;
constexpr int kWrong = 3;

int verdict(bool is_right) { return is_right ? kRight : kWrong; }

template <typename A, typename B>
void together(A a, B b) {
  std::thread first(a);
  std::thread second(b);
  first.join();
  second.join();
}

volatile int counter = 0;  // NOLINT: a load and a store that the compiler keeps apart

int lost_update() {
  const auto add = [] { counter = counter + 1; };
  together(add, add);
  return verdict(counter == 2);
}

int lock_order() {
  std::mutex a;
  std::mutex b;
  together(
      [&] {
        const std::lock_guard first(a);
        const std::lock_guard second(b);
      },
      [&] {
        const std::lock_guard first(b);
        const std::lock_guard second(a);
      });
  return kRight;
}

int two_sections() {
  std::mutex mutex;
  int value = 0;
  const auto add = [&] {
    int seen = 0;
    {
      const std::lock_guard lock(mutex);
      seen = value;
    }
    const std::lock_guard lock(mutex);
    value = seen + 1;
  };
  together(add, add);
  return verdict(value == 2);
}

int lost_wakeup() {
  std::mutex mutex;
  std::condition_variable changed;
  together(
      [&] {
        std::unique_lock lock(mutex);
        changed.wait(lock);  // without asking whether it is done already
      },
      [&] {
        const std::lock_guard lock(mutex);
        changed.notify_one();
      });
  return kRight;
}

int self_deadlock() {
  std::mutex mutex;
  mutex.lock();
  mutex.lock();
  return kRight;
}

struct Node {
  std::atomic<int> users{0};
  int value = 7;
};

Node* volatile shared_node = nullptr;  // NOLINT

int use_after_free() {
  shared_node = new Node;
  int seen = 0;
  together(
      [&] {
        Node* const node = shared_node;
        if (node != nullptr) seen = node->value;
      },
      [] {
        Node* const node = shared_node;
        shared_node = nullptr;
        delete node;
      });
  return verdict(seen == 7 || seen == 0);
}

int rare_value = 0;
std::atomic<int> rare_order{0};

/// The shape of the example in LLVM's documentation of its scheduling simulation: the atomics order the two
/// accesses in almost every run.
int rare_race() {
  together(
      [] {
        rare_order.fetch_add(1);
        rare_value = rare_value + 1;
        rare_order.fetch_add(1);
      },
      [] {
        rare_order.fetch_add(1);
        rare_value = rare_value + 1;
        rare_order.fetch_add(1);
      });
  return kRight;
}

int correct_locks() {
  std::mutex mutex;
  std::shared_mutex shared;
  std::condition_variable changed;
  std::once_flag once;
  std::vector<int> queue;
  int initialised = 0;
  int sum = 0;
  bool is_done = false;
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return is_done || !queue.empty(); });
      if (queue.empty()) return;
      sum += queue.back();
      queue.pop_back();
    }
  });
  const auto produce = [&](int from) {
    for (int i = from; i < from + 5; ++i) {
      std::call_once(once, [&] { ++initialised; });
      const std::shared_lock reader(shared);
      const std::lock_guard lock(mutex);
      queue.push_back(i);
      changed.notify_one();
    }
    const std::unique_lock writer(shared);
  };
  together([&] { produce(1); }, [&] { produce(6); });
  {
    const std::lock_guard lock(mutex);
    is_done = true;
  }
  changed.notify_all();
  consumer.join();
  return verdict(sum == 55 && initialised == 1);
}

int lazily() {
  static const int value = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return 5;
  }();
  return value;
}

int correct_waits() {
  using namespace std::chrono_literals;
  std::barrier meeting(3);
  std::atomic<int> flag{0};
  sem_t permits;
  sem_init(&permits, 0, 1);
  int inside = 0;
  bool is_alone = true;
  const auto work = [&] {
    meeting.arrive_and_wait();
    for (int i = 0; i < 3; ++i) {
      sem_wait(&permits);
      is_alone = is_alone && ++inside == 1;
      std::this_thread::sleep_for(1s);
      --inside;
      sem_post(&permits);
    }
    is_alone = lazily() == 5 && is_alone;
  };
  // Both of them write is_alone: one at a time, and the last one after the semaphore.
  sem_t turn;
  sem_init(&turn, 0, 1);
  std::thread first([&] {
    sem_wait(&turn);
    sem_post(&turn);
    work();
    flag.fetch_add(1);
    flag.notify_all();
  });
  std::thread second([&] {
    meeting.arrive_and_wait();
    flag.wait(0);
  });
  meeting.arrive_and_wait();
  first.join();
  second.join();
  auto answer = std::async(std::launch::async, [] { return 42; });
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto before = std::chrono::steady_clock::now();
  const bool is_late = never.wait_for(lock, 10s) == std::cv_status::timeout;
  const bool is_long = std::chrono::steady_clock::now() - before >= 10s;
  sem_destroy(&permits);
  sem_destroy(&turn);
  return verdict(is_alone && answer.get() == 42 && is_late && is_long);
}

int correct_spin() {
  std::atomic<bool> is_ready{false};
  std::atomic_flag lock = ATOMIC_FLAG_INIT;
  int value = 0;
  int seen = 0;
  together(
      [&] {
        while (lock.test_and_set(std::memory_order_acquire)) {
        }
        value = 1;
        lock.clear(std::memory_order_release);
        is_ready.store(true, std::memory_order_release);
      },
      [&] {
        while (!is_ready.load(std::memory_order_acquire)) {
        }
        while (lock.test_and_set(std::memory_order_acquire)) {
        }
        seen = value;
        lock.clear(std::memory_order_release);
      });
  return verdict(seen == 1);
}

int correct_deadline() {
  using namespace std::chrono_literals;
  std::mutex mutex;
  int rounds = 0;
  together(
      [&] {
        const auto end = std::chrono::steady_clock::now() + 2s;
        while (std::chrono::steady_clock::now() < end) {
        }
      },
      [&] {
        for (int i = 0; i < 5; ++i) {
          std::this_thread::sleep_for(100ms);
          const std::lock_guard lock(mutex);
          ++rounds;
        }
      });
  return verdict(rounds == 5);
}

int correct_pipe() {
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  if (pipe(there.data()) != 0 || pipe(back.data()) != 0) return kWrong;
  int answer = 0;
  bool is_quiet = false;
  together(
      [&] {
        for (int i = 0; i < 5; ++i) {
          if (write(there[1], &i, sizeof i) != sizeof i ||
              read(back[0], &answer, sizeof answer) != sizeof answer)
            return;
        }
        pollfd nothing{back[0], POLLIN, 0};
        is_quiet = poll(&nothing, 1, 50) == 0;
      },
      [&] {
        for (int i = 0; i < 5; ++i) {
          int got = 0;
          if (read(there[0], &got, sizeof got) != sizeof got) return;
          got *= 10;
          if (write(back[1], &got, sizeof got) != sizeof got) return;
        }
      });
  for (const int fd : {there[0], there[1], back[0], back[1]}) close(fd);
  return verdict(answer == 40 && is_quiet);
}

int correct_fork() {
  std::mutex mutex;
  std::atomic<int> status{-1};
  together(
      [&] {
        const pid_t child = fork();
        if (child == 0) _exit(4);
        int ended = 0;
        waitpid(child, &ended, 0);
        status = WEXITSTATUS(ended);
      },
      [&] {
        for (int i = 0; i < 5; ++i) const std::lock_guard lock(mutex);
      });
  return verdict(status == 4);
}

void* wait_for_ever(void* never) {
  sem_wait(static_cast<sem_t*>(never));
  return nullptr;
}

int correct_cancel() {
  sem_t never;
  sem_init(&never, 0, 0);
  pthread_t thread{};
  pthread_create(&thread, nullptr, wait_for_ever, &never);
  pthread_cancel(thread);
  void* result = nullptr;
  pthread_join(thread, &result);
  return verdict(result == PTHREAD_CANCELED);
}

int correct_many() {
  std::mutex mutex;
  int sum = 0;
  std::vector<std::thread> all;
  all.reserve(40);
  for (int i = 0; i < 40; ++i) {
    all.emplace_back([&, i] {
      const std::lock_guard lock(mutex);
      sum += i;
    });
  }
  for (std::thread& thread : all) thread.join();
  return verdict(sum == 780);
}

int livelock() {
  std::atomic<bool> stop{false};
  together(
      [&] {
        while (!stop) std::this_thread::yield();
      },
      [&] {
        while (!stop) std::this_thread::yield();
      });
  return kRight;
}

int unordered() {
  int first_writer = 0;
  std::mutex mutex;
  const auto claim = [&](int who) {
    const std::lock_guard lock(mutex);
    if (first_writer == 0) first_writer = who;
  };
  together([&] { claim(1); }, [&] { claim(2); });
  std::printf("%d\n", first_writer);
  return kRight;
}

struct Program {
  const char* name;
  int (*run)();
};

constexpr Program kPrograms[] = {
    {"lost_update", lost_update},     {"lock_order", lock_order},
    {"two_sections", two_sections},   {"lost_wakeup", lost_wakeup},
    {"self_deadlock", self_deadlock}, {"use_after_free", use_after_free},
    {"rare_race", rare_race},         {"correct_locks", correct_locks},
    {"correct_waits", correct_waits}, {"correct_spin", correct_spin},
    {"correct_pipe", correct_pipe},   {"correct_deadline", correct_deadline},
    {"correct_fork", correct_fork},   {"correct_cancel", correct_cancel},
    {"correct_many", correct_many},   {"livelock", livelock},
    {"unordered", unordered},
};

}  // namespace

int main(int argc, char** argv) {
  for (const Program& program : kPrograms) {
    if (argc == 2 && std::strcmp(argv[1], program.name) == 0) return program.run();
  }
  std::fprintf(stderr, "usage: %s PROGRAM\n", argv[0]);
  return 2;
}
