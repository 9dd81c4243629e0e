// How programs without a sanitizer die: aborts of the C library and of the C++ runtime, assertions.

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include <pthread.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

namespace {

volatile int zero;
void* volatile kept;

NOINLINE void double_free_tcache() {
  void* volatile p = std::malloc(24);
  std::free(p);
  std::free(p);
}
NOINLINE void double_free_fasttop() {
  void* fill[7];
  for (void*& p : fill) p = std::malloc(24);
  void* volatile p = std::malloc(24);
  for (void* q : fill) std::free(q);
  std::free(p);
  std::free(p);
}
NOINLINE void free_invalid_pointer() {
  char* volatile p = static_cast<char*>(std::malloc(64));
  std::free(p + 4);
}
NOINLINE void munmap_invalid() {
  char* volatile p = static_cast<char*>(std::malloc(1U << 20U));
  reinterpret_cast<volatile std::size_t*>(p)[-1] = 0x123452;  // mapped, and no whole number of pages
  std::free(p);
}
NOINLINE void corrupt_top() {
  char* volatile p = static_cast<char*>(std::malloc(24));
  for (int i = 0; i < 40; ++i) static_cast<volatile char*>(p)[i + zero] = -1;
  kept = std::malloc(5000);
}
NOINLINE void corrupt_previous_size() {
  char* volatile a = static_cast<char*>(std::malloc(2000));
  char* volatile b = static_cast<char*>(std::malloc(2000));
  kept = std::malloc(24);
  std::free(a);
  reinterpret_cast<volatile std::size_t*>(b)[-2] = 0x333;
  std::free(b);
}
NOINLINE void corrupt_unsorted() {
  char* volatile a = static_cast<char*>(std::malloc(2000));
  kept = std::malloc(24);
  std::free(a);
  reinterpret_cast<volatile std::size_t*>(a)[-1] = 0x9;
  kept = std::malloc(3000);
}
NOINLINE void realloc_invalid() {
  char* volatile p = static_cast<char*>(std::malloc(64));
  kept = std::realloc(p + 8, 100);
}
NOINLINE void fill(char* buffer, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) buffer[i] = 'a';
}
NOINLINE void smash_stack() {
  char buffer[16];
  fill(buffer, static_cast<std::size_t>(64 + zero));
  kept = buffer;
}
NOINLINE void overflow_fortified(const char* text) {
  char buffer[8];
  std::strcpy(buffer, text);
  kept = buffer;
  std::puts(buffer);
}
void fortify() { overflow_fortified("much longer than eight bytes"); }
NOINLINE void mutex_owner_assert() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  mutex.__data.__owner = 77;
  pthread_mutex_lock(&mutex);
}

NOINLINE void throw_error() { throw std::runtime_error("queue is closed: slot 17"); }
void uncaught_exception() { throw_error(); }
void uncaught_in_noexcept() {
  []() noexcept { throw_error(); }();
}
void uncaught_in_thread() {
  std::thread([] { throw_error(); }).join();
}
void uncaught_int() { throw 42; }
struct Odd {
  std::string text;
};
void uncaught_class() { throw Odd{"odd"}; }
void uncaught_several_lines() { throw std::logic_error("first line\nsecond line"); }
void terminate_plainly() { std::terminate(); }
void joinable_thread() {
  std::thread unjoined([] { usleep(100); });
}
struct Shape {
  Shape() { prepare(); }
  void prepare() { draw(); }
  virtual void draw() = 0;
  virtual ~Shape() = default;
};
struct Circle : Shape {
  void draw() override {}
};
void pure_virtual() { kept = new Circle(); }
NOINLINE void check_depth(int depth) { assert(depth == 3 && "depth must be three"); }
void assertion() { check_depth(4 + zero); }
void sanitizer_word_in_output() { std::puts("runs under ThreadSanitizer: no"); }
NOINLINE void write_through(int* pointer) { *pointer = 1; }
int* volatile nowhere;
void segv() { write_through(nowhere); }

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
const Case kCases[] = {CASE(double_free_tcache),
                       CASE(double_free_fasttop),
                       CASE(free_invalid_pointer),
                       CASE(munmap_invalid),
                       CASE(corrupt_top),
                       CASE(corrupt_previous_size),
                       CASE(corrupt_unsorted),
                       CASE(realloc_invalid),
                       CASE(smash_stack),
                       CASE(fortify),

                       CASE(mutex_owner_assert),
                       CASE(uncaught_exception),
                       CASE(uncaught_in_noexcept),
                       CASE(uncaught_in_thread),
                       CASE(uncaught_int),
                       CASE(uncaught_class),
                       CASE(uncaught_several_lines),
                       CASE(terminate_plainly),
                       CASE(joinable_thread),
                       CASE(pure_virtual),
                       CASE(assertion),
                       CASE(sanitizer_word_in_output),
                       CASE(segv)};

}  // namespace

int main(int, char** argv) {
  for (const Case& one : kCases) {
    if (std::strcmp(one.name, argv[1]) == 0) one.run();
  }
  return 0;
}
