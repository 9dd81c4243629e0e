// One small concurrency bug per case, for the captured reports of ThreadSanitizer.

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <semaphore.h>
#include <sys/time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

namespace {

// Orders the two sides of a race in real time without a happens-before edge that TSan would see.
void wait_unseen(int fd_to_read) {
  char byte = 0;
  (void)!read(fd_to_read, &byte, 1);
}

volatile int sink;
int counter;
int unrelated;
pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

NOINLINE void increment() { ++counter; }
NOINLINE void decrement() { --counter; }
NOINLINE void read_counter() { sink = counter; }

template <class A, class B>
void both(A a, B b) {
  std::thread one(a);
  std::thread two(b);
  one.join();
  two.join();
}

void data_race() {
  both([] { increment(); }, [] { read_counter(); });
}
void data_race_writes() {
  both([] { increment(); }, [] { decrement(); });
}

NOINLINE void touch_unrelated() { ++unrelated; }
void other_race() {
  both([] { touch_unrelated(); }, [] { touch_unrelated(); });
}

NOINLINE void add_locked(pthread_mutex_t* mutex) {
  pthread_mutex_lock(mutex);
  increment();
  pthread_mutex_unlock(mutex);
}
void data_race_two_mutexes() {
  both([] { add_locked(&lock_a); }, [] { add_locked(&lock_b); });
}

NOINLINE int* make_number() { return new int(0); }
NOINLINE void write_number(int* number) { *number = 1; }
NOINLINE void read_number(const int* number) { sink = *number; }
void data_race_heap() {
  int* number = make_number();
  both([number] { write_number(number); }, [number] { read_number(number); });
  delete number;
}
void data_race_stack() {
  int local = 0;
  both([&local] { write_number(&local); }, [&local] { read_number(&local); });
  sink = local;
}

int flag;
NOINLINE void store_atomic() { __atomic_store_n(&flag, 1, __ATOMIC_RELAXED); }
NOINLINE void reset_plain() { flag = 2; }
void data_race_atomic() {
  both([] { store_atomic(); }, [] { reset_plain(); });
}

NOINLINE void drop_number(int* number) { delete number; }
void use_after_free_race() {
  int* number = make_number();
  int ends[2];
  (void)!pipe(ends);
  std::thread user([&] {
    wait_unseen(ends[0]);
    read_number(number);
  });
  drop_number(number);
  (void)!write(ends[1], "x", 1);
  user.join();
}
int* shared_number;
void heap_use_after_free_race() {
  shared_number = make_number();
  std::atomic<bool> freed{false};
  std::thread dropper([&] {
    drop_number(shared_number);
    freed.store(true, std::memory_order_relaxed);
  });
  while (!freed.load(std::memory_order_relaxed)) {
  }
  read_number(shared_number);
  dropper.join();
}

struct Base {
  Base() { sem_init(&done, 0, 0); }
  virtual void work() { sink = 1; }
  void finish() { sem_post(&done); }
  virtual ~Base() {
    sem_wait(&done);
    sem_destroy(&done);
  }
  sem_t done;
};
struct Derived : Base {
  void work() override { sink = 2; }
};
NOINLINE void call_work(Base* object) {
  object->work();
  object->finish();
}
NOINLINE void destroy_object(Base* object) { delete object; }
void race_on_vptr() {
  Base* object = new Derived();
  both([object] { call_work(object); }, [object] { destroy_object(object); });
}

NOINLINE void start_and_forget() {
  pthread_t thread{};
  pthread_create(
      &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  usleep(100000);
}
void thread_leak() { start_and_forget(); }

NOINLINE void lock_both(pthread_mutex_t* first, pthread_mutex_t* second) {
  pthread_mutex_lock(first);
  pthread_mutex_lock(second);
  pthread_mutex_unlock(second);
  pthread_mutex_unlock(first);
}
NOINLINE void forward() { lock_both(&lock_a, &lock_b); }
NOINLINE void backward() { lock_both(&lock_b, &lock_a); }
void lock_order_inversion() {
  std::thread([] { forward(); }).join();
  std::thread([] { backward(); }).join();
}

NOINLINE void destroy_while_locked() {
  pthread_mutex_t* mutex = new pthread_mutex_t;
  pthread_mutex_init(mutex, nullptr);
  pthread_mutex_lock(mutex);
  pthread_mutex_destroy(mutex);
}
void destroy_locked() { destroy_while_locked(); }

NOINLINE void unlock_foreign() { pthread_mutex_unlock(&lock_a); }
void unlock_unlocked() { unlock_foreign(); }

// A lock of the program's own, announced to the detector by its annotations.
char own_lock;
NOINLINE void annotate_lock(unsigned flags) {
  __tsan_mutex_pre_lock(&own_lock, flags);
  __tsan_mutex_post_lock(&own_lock, flags, 0);
}
NOINLINE void annotate_unlock(unsigned flags) {
  __tsan_mutex_pre_unlock(&own_lock, flags);
  __tsan_mutex_post_unlock(&own_lock, flags);
}
// A lock that does not exclude: both threads hold it.
void double_lock() {
  both([] { annotate_lock(0); }, [] { annotate_lock(0); });
}
void bad_read_lock() {
  annotate_lock(0);
  annotate_lock(__tsan_mutex_read_lock);
}
void bad_read_unlock() {
  annotate_lock(0);
  annotate_unlock(__tsan_mutex_read_lock);
}

// What libraries tell TSan about accesses to objects of their own.
extern "C" void* __tsan_external_register_tag(const char* object_type);
extern "C" void __tsan_external_write(void* address, void* caller_pc, void* tag);
NOINLINE void write_external(void* tag) {
  __tsan_external_write(&own_lock, __builtin_return_address(0), tag);
}
void external_race() {
  void* tag = __tsan_external_register_tag("Swift variable");
  both([tag] { write_external(tag); }, [tag] { write_external(tag); });
}

NOINLINE void use_destroyed(pthread_mutex_t* mutex) { pthread_mutex_lock(mutex); }
void invalid_mutex_access() {
  pthread_mutex_t* mutex = new pthread_mutex_t;
  pthread_mutex_init(mutex, nullptr);
  pthread_mutex_lock(mutex);
  pthread_mutex_unlock(mutex);
  pthread_mutex_destroy(mutex);
  use_destroyed(mutex);
}

// The signal must come from outside the program for its handler to count as asynchronous.
NOINLINE void interrupt_by_timer(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigaction(SIGALRM, &action, nullptr);
  itimerval timer = {};
  timer.it_value.tv_usec = 20000;
  setitimer(ITIMER_REAL, &timer, nullptr);
  while (sink != 99) usleep(1000);
}
void* volatile kept;
NOINLINE void allocate_in_handler(int) {
  kept = std::malloc(10);
  std::free(kept);
  sink = 99;
}
void signal_unsafe() { interrupt_by_timer(allocate_in_handler); }
NOINLINE void spoil_errno(int) {
  errno = 42;
  sink = 99;
}
void errno_in_signal() { interrupt_by_timer(spoil_errno); }

NOINLINE void close_descriptor(int fd) { close(fd); }
NOINLINE void write_descriptor(int fd) { (void)!write(fd, "x", 1); }
void descriptor_race() {
  int ends[2];
  (void)!pipe(ends);
  both([&ends] { write_descriptor(ends[1]); }, [&ends] { close_descriptor(ends[1]); });
}

NOINLINE int read_through(const int* pointer) { return *pointer; }
const int* volatile nowhere;
void segv() { sink = read_through(nowhere); }

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
const Case kCases[] = {CASE(data_race),
                       CASE(data_race_writes),
                       CASE(other_race),
                       CASE(data_race_two_mutexes),
                       CASE(data_race_heap),
                       CASE(data_race_stack),
                       CASE(data_race_atomic),
                       CASE(use_after_free_race),
                       CASE(heap_use_after_free_race),
                       CASE(race_on_vptr),
                       CASE(thread_leak),
                       CASE(lock_order_inversion),
                       CASE(destroy_locked),
                       CASE(unlock_unlocked),
                       CASE(double_lock),
                       CASE(external_race),
                       CASE(bad_read_lock),
                       CASE(bad_read_unlock),
                       CASE(invalid_mutex_access),
                       CASE(signal_unsafe),
                       CASE(errno_in_signal),
                       CASE(descriptor_race),
                       CASE(segv)};

}  // namespace

int main(int, char** argv) {
  std::puts("started");
  std::fflush(stdout);
  for (const Case& one : kCases) {
    if (std::strcmp(one.name, argv[1]) == 0) {
      one.run();
      std::puts("finished");
      return 0;
    }
  }
  return 2;
}
