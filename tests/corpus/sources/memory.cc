// Uses of uninitialised memory, for the captured reports of MemorySanitizer.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sanitizer/msan_interface.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

namespace {

volatile int sink;

NOINLINE int* make_uninitialized() { return static_cast<int*>(std::malloc(16)); }
NOINLINE void decide(const int* numbers) {
  if (numbers[2] > 3) sink = 1;
}
void heap_value() { decide(make_uninitialized()); }

NOINLINE void stack_value() {
  int local[4];
  int* volatile kept = local;
  decide(kept);
}
NOINLINE void copy_value(int* to, const int* from) { *to = *from; }
void stored_value() {
  int* from = make_uninitialized();
  int number = 0;
  copy_value(&number, from);
  if (number == 5) sink = 2;
}
NOINLINE void print_bytes(const char* bytes) { (void)!write(1, bytes, 8); }
void passed_to_libc() { print_bytes(reinterpret_cast<const char*>(make_uninitialized())); }
NOINLINE void read_freed(int* numbers) {
  std::free(numbers);
  if (numbers[1] == 4) sink = 3;
}
void use_after_free() {
  int* numbers = make_uninitialized();
  std::memset(numbers, 0, 16);
  read_freed(numbers);
}
NOINLINE void write_through(int* pointer) { *pointer = 1; }
int* volatile nowhere;
void segv() { write_through(nowhere); }

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
const Case kCases[] = {CASE(heap_value),     CASE(stack_value),    CASE(stored_value),
                       CASE(passed_to_libc), CASE(use_after_free), CASE(segv)};

}  // namespace

int main(int, char** argv) {
  for (const Case& one : kCases) {
    if (std::strcmp(one.name, argv[1]) == 0) one.run();
  }
  return 0;
}
