// One small bug per case, for the captured reports of AddressSanitizer. `address.cc CASE` commits it. The
// functions carry the names that the expected findings are checked against.

#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

namespace {

volatile int sink;
volatile int zero;

struct Node {
  int value;
  Node* next;
};

NOINLINE Node* make_node() { return new Node{1, nullptr}; }
NOINLINE void release_node(Node* node) { delete node; }
NOINLINE int read_node(Node* node) { return node->value; }
NOINLINE void write_node(Node* node) { node->next = nullptr; }

void heap_use_after_free() {
  Node* node = make_node();
  release_node(node);
  sink = read_node(node);
}

void heap_use_after_free_write() {
  Node* node = make_node();
  release_node(node);
  write_node(node);
}

// Allocated by the main thread, freed by one thread, read by another.
void heap_use_after_free_threads() {
  Node* node = make_node();
  std::thread sweeper([node] { release_node(node); });
  sweeper.join();
  std::thread reader([node] { sink = read_node(node); });
  reader.join();
}

NOINLINE char* make_buffer(std::size_t size) { return static_cast<char*>(std::malloc(size)); }
NOINLINE void write_past(char* buffer, std::size_t at) { buffer[at] = 'x'; }
NOINLINE int read_before(const char* buffer) { return buffer[-1 - zero]; }

void heap_buffer_overflow() {
  char* buffer = make_buffer(10);
  write_past(buffer, 10 + static_cast<std::size_t>(zero));
  std::free(buffer);
}

void heap_buffer_underflow() {
  char* buffer = make_buffer(10);
  sink = read_before(buffer);
  std::free(buffer);
}

NOINLINE void copy_name(char* to, const char* from, std::size_t size) { std::memcpy(to, from, size); }

void memcpy_overflow() {
  char* buffer = make_buffer(8);
  const std::string text(12 + static_cast<std::size_t>(zero), 'a');
  copy_name(buffer, text.data(), text.size());
  sink = buffer[0];
  std::free(buffer);
}

NOINLINE void stack_buffer_overflow() {
  int numbers[4] = {1, 2, 3, 4};
  for (int i = 0; i <= 4 + zero; ++i) sink = numbers[i];
}

NOINLINE void dynamic_stack_buffer_overflow() {
  const std::size_t size = 5 + static_cast<std::size_t>(zero);
  char* area = static_cast<char*>(__builtin_alloca(size));
  write_past(area, size);
  sink = area[0];
}

NOINLINE int* address_of_local() {
  int local = 7;
  int* volatile kept = &local;
  return kept;
}
void stack_use_after_return() {
  int* dangling = address_of_local();
  sink = *dangling;
}

NOINLINE void stack_use_after_scope() {
  int* volatile kept = nullptr;
  {
    int local = 7;
    kept = &local;
  }
  sink = *kept;
}

int table[10];
NOINLINE void fill_table() { table[3] = 5 + zero; }
NOINLINE void global_buffer_overflow() {
  fill_table();
  for (int i = 0; i <= 10 + zero; ++i) sink = table[i];
}

NOINLINE void first_free(char* buffer) { std::free(buffer); }
NOINLINE void second_free(char* buffer) { std::free(buffer); }
void double_free() {
  char* buffer = make_buffer(10);
  first_free(buffer);
  second_free(buffer);
}

NOINLINE void free_inner(char* buffer) { std::free(buffer + 4 + zero); }
void bad_free() { free_inner(make_buffer(10)); }

NOINLINE void release_by_free(int* number) { std::free(number); }
NOINLINE int* make_by_new() { return new int(3); }
void alloc_dealloc_mismatch() { release_by_free(make_by_new()); }

struct Small {
  int a;
};
struct Large {
  int a[20];
};
NOINLINE Large* make_large() { return new Large(); }
NOINLINE void delete_as_small(void* object) { delete static_cast<Small*>(object); }
void new_delete_type_mismatch() { delete_as_small(make_large()); }

NOINLINE int read_through(const int* pointer) { return *pointer; }
NOINLINE void write_through(int* pointer) { *pointer = 1; }
void segv_null() { sink = read_through(reinterpret_cast<int*>(static_cast<std::intptr_t>(zero))); }
void segv_wild() { write_through(reinterpret_cast<int*>(0x7ff0deadbee0)); }
NOINLINE void call_null() {
  void (*volatile function)() = nullptr;
  function();
}

NOINLINE int recurse(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return recurse(depth + 1) + frame[0];
}
void stack_overflow() { sink = recurse(0); }

NOINLINE void* allocate_huge(std::size_t size) { return std::malloc(size); }
void allocation_size_too_big() {
  sink = allocate_huge((std::size_t{1} << 62U) + static_cast<std::size_t>(zero)) != nullptr;
}
NOINLINE void* allocate_many(std::size_t count) { return std::calloc(count, 16); }
void calloc_overflow() { sink = allocate_many(SIZE_MAX / 8 + static_cast<std::size_t>(zero)) != nullptr; }
NOINLINE void grow_without_bound() {
  for (int i = 0; i < 4000; ++i) {
    char* volatile block = make_buffer(1U << 20U);
    std::memset(block, 1, 1U << 20U);
    usleep(500);
  }
}
void rss_limit_exceeded() { grow_without_bound(); }
NOINLINE void* align_badly(std::size_t alignment) { return std::aligned_alloc(alignment, 30); }
void invalid_alignment() { sink = align_badly(24 + static_cast<std::size_t>(zero)) != nullptr; }

NOINLINE void copy_overlapping(char* buffer, std::size_t size) { std::memcpy(buffer, buffer + 2, size); }
void memcpy_overlap() {
  char* buffer = make_buffer(20);
  std::memset(buffer, 'a', 20);
  copy_overlapping(buffer, 8 + static_cast<std::size_t>(zero));
  sink = buffer[3];
  std::free(buffer);
}
NOINLINE void copy_negative(char* to, const char* from, long size) {
  std::memmove(to, from, static_cast<std::size_t>(size));
}
void negative_size() {
  char* buffer = make_buffer(20);
  copy_negative(buffer, buffer + 1, -2 + zero);
}
NOINLINE void measure_freed(char* buffer) { sink = static_cast<int>(malloc_usable_size(buffer)); }
void bad_usable_size() {
  char* buffer = make_buffer(20);
  std::free(buffer);
  measure_freed(buffer);
}

NOINLINE void read_poisoned(const char* buffer) { sink = buffer[3 + zero]; }
void use_after_poison() {
  char* buffer = make_buffer(32);
  __asan_poison_memory_region(buffer, 32);
  read_poisoned(buffer);
}
NOINLINE void read_past_size(const char* buffer) { sink = buffer[20 + zero]; }
void container_overflow() {
  char* buffer = make_buffer(32);
  __sanitizer_annotate_contiguous_container(buffer, buffer + 32, buffer + 32, buffer + 16);
  read_past_size(buffer);
}

NOINLINE void call_abort() { std::abort(); }
NOINLINE int divide(int by) { return 5 / by; }
void fpe() { sink = divide(zero); }
NOINLINE void bus_error() {
  char path[] = "repro-corpus-XXXXXX";
  const int fd = mkstemp(path);
  unlink(path);
  char* page = static_cast<char*>(mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd, 0));
  sink = page[10];
}
NOINLINE void illegal_instruction() { __builtin_trap(); }

// A report handler with a bug of its own.
NOINLINE void faulty_handler(const char*) {
  char* volatile p = new char[4];
  delete[] p;
  *p = 1;
}
void nested_bug() {
  __asan_set_error_report_callback(faulty_handler);
  faulty_handler("");
}

NOINLINE void leak_after_error() {
  Node* node = make_node();
  release_node(node);
  sink = read_node(node);
  write_node(node);
}

template <class T>
struct Registry {
  NOINLINE T* lookup(T* item, int) {
    sink = static_cast<int>(item->value);
    return item;
  }
};
void template_and_lambda() {
  Node* node = make_node();
  const auto use = [node](auto count) NOINLINE { Registry<Node>().lookup(node, count); };
  release_node(node);
  use(3L);
}

}  // namespace

namespace pool {
struct Task {
  int value = 1;
};
class Worker {
 public:
  NOINLINE void run(Task* task) { sink = task->value; }
};
template <class T>
NOINLINE void retire(T* object) {
  delete object;
}
}  // namespace pool

namespace {

void named_namespace() {
  pool::Task* task = new pool::Task();
  pool::retire(task);
  pool::Worker().run(task);
}

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
const Case kCases[] = {CASE(heap_use_after_free),
                       CASE(heap_use_after_free_write),
                       CASE(heap_use_after_free_threads),
                       CASE(heap_buffer_overflow),
                       CASE(heap_buffer_underflow),
                       CASE(memcpy_overflow),
                       CASE(stack_buffer_overflow),
                       CASE(dynamic_stack_buffer_overflow),
                       CASE(stack_use_after_return),
                       CASE(stack_use_after_scope),
                       CASE(global_buffer_overflow),
                       CASE(double_free),
                       CASE(bad_free),
                       CASE(alloc_dealloc_mismatch),
                       CASE(new_delete_type_mismatch),
                       CASE(segv_null),
                       CASE(segv_wild),
                       CASE(call_null),
                       CASE(stack_overflow),
                       CASE(allocation_size_too_big),
                       CASE(calloc_overflow),
                       CASE(rss_limit_exceeded),
                       CASE(invalid_alignment),
                       CASE(memcpy_overlap),
                       CASE(negative_size),
                       CASE(bad_usable_size),
                       CASE(use_after_poison),
                       CASE(container_overflow),
                       CASE(call_abort),
                       CASE(fpe),
                       CASE(bus_error),
                       CASE(illegal_instruction),
                       CASE(leak_after_error),
                       CASE(nested_bug),
                       CASE(template_and_lambda),
                       CASE(named_namespace)};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::puts("started");
  std::fflush(stdout);
  for (const Case& one : kCases) {
    if (std::strcmp(one.name, argv[1]) == 0) {
      one.run();
      return 0;
    }
  }
  return 2;
}
