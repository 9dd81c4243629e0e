// One undefined operation per case, for the captured reports of UndefinedBehaviorSanitizer.

#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define NOINLINE __attribute__((noinline))

namespace {

volatile int zero;
volatile int sink;

NOINLINE int add(int a, int b) { return a + b; }
void signed_overflow() { sink = add(INT_MAX, 1 + zero); }
NOINLINE int multiply(int a, int b) { return a * b; }
void multiply_overflow() { sink = multiply(INT_MAX, 2 + zero); }
NOINLINE int negate(int a) { return -a; }
void negate_overflow() { sink = negate(INT_MIN + zero); }
NOINLINE int shift(int a, int by) { return a << by; }
void shift_exponent() { sink = shift(1, 40 + zero); }
void shift_base() { sink = shift(INT_MAX, 5 + zero); }
NOINLINE int divide(int a, int by) { return a / by; }
void divide_by_zero() { sink = divide(5, zero); }
NOINLINE int index_into(int at) {
  static int table[4];
  return table[at];
}
void out_of_bounds() { sink = index_into(5 + zero); }
NOINLINE int load(const int* pointer) { return *pointer; }
void misaligned() {
  alignas(8) static char bytes[16];
  sink = load(reinterpret_cast<int*>(bytes + 1 + zero));
}
struct Point {
  int x;
  NOINLINE int get() const { return sink; }
};
void null_member_call() {
  Point* volatile point = nullptr;
  sink = point->get();
}
NOINLINE bool read_bool(const bool* flag) { return *flag; }
void invalid_bool() {
  static unsigned char value = 7;
  sink = read_bool(reinterpret_cast<bool*>(&value)) ? 1 : 0;
}
enum Color { red, green };
NOINLINE int read_enum(const Color* color) { return *color; }
void invalid_enum() {
  static int value = 77;
  sink = read_enum(reinterpret_cast<Color*>(&value));
}
NOINLINE int to_int(double value) { return static_cast<int>(value); }
void float_cast() { sink = to_int(1e20 + zero); }
NOINLINE int no_return(int value) {
  if (value == 5) return 1;
}
void missing_return() { sink = no_return(zero); }
NOINLINE void never(int value) {
  sink = value;
  if (value == 0) __builtin_unreachable();
}
void unreachable() { never(zero); }
NOINLINE void make_array(int size) {
  int array[size];
  sink = static_cast<int>(sizeof(array));
}
void vla_bound() { make_array(-1 + zero); }
__attribute__((nonnull)) NOINLINE int length_of(const char* text) { return text == nullptr ? 1 : 0; }
void nonnull_argument() {
  const char* volatile text = nullptr;
  sink = length_of(text);
}
__attribute__((returns_nonnull)) NOINLINE const char* give(const char* text) { return text; }
void nonnull_return() {
  const char* volatile text = nullptr;
  sink = give(text) == nullptr;
}
NOINLINE char* advance(char* pointer, std::size_t by) { return pointer + by; }
void pointer_overflow() {
  sink =
      advance(reinterpret_cast<char*>(64 + zero), SIZE_MAX - 3 - static_cast<std::size_t>(zero)) == nullptr;
}
NOINLINE int leading_zeros(unsigned value) { return __builtin_clz(value); }
void builtin_zero() { sink = leading_zeros(static_cast<unsigned>(zero)); }
struct Animal {
  virtual ~Animal() = default;
  virtual int legs() { return 4; }
};
struct Plant {
  virtual ~Plant() = default;
  virtual int leaves() { return 9; }
};
NOINLINE int legs_of(Animal* animal) { return animal->legs(); }
void wrong_vptr() { sink = legs_of(reinterpret_cast<Animal*>(new Plant())); }
NOINLINE void write_through(int* pointer) { *pointer = 1; }
int* volatile nowhere = reinterpret_cast<int*>(0x10);
void segv() { write_through(nowhere); }
void two_reports() {
  signed_overflow();
  divide_by_zero();
}

struct Case {
  const char* name;
  void (*run)();
};
#define CASE(name) \
  { #name, name }
const Case kCases[] = {CASE(signed_overflow),  CASE(multiply_overflow), CASE(negate_overflow),
                       CASE(shift_exponent),   CASE(shift_base),        CASE(divide_by_zero),
                       CASE(out_of_bounds),    CASE(misaligned),        CASE(null_member_call),
                       CASE(invalid_bool),     CASE(invalid_enum),      CASE(float_cast),
                       CASE(missing_return),   CASE(unreachable),       CASE(vla_bound),
                       CASE(nonnull_argument), CASE(nonnull_return),    CASE(pointer_overflow),
                       CASE(builtin_zero),     CASE(wrong_vptr),        CASE(segv),
                       CASE(two_reports)};

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
