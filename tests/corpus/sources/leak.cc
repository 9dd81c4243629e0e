// Leaks, for the captured reports of LeakSanitizer (its own build and inside AddressSanitizer).

#include <cstdio>
#include <cstdlib>
#include <cstring>

#define NOINLINE __attribute__((noinline))

namespace {

struct Link {
  Link* next;
  char bytes[40];
};

NOINLINE Link* make_link(Link* next) {
  Link* link = new Link();
  link->next = next;
  return link;
}
NOINLINE char* make_text() { return static_cast<char*>(std::malloc(33)); }

void* volatile last;
NOINLINE void lose_text() { last = make_text(); }
NOINLINE void lose_chain() { last = make_link(make_link(nullptr)); }
NOINLINE void lose_cycle() {
  Link* a = make_link(nullptr);
  a->next = make_link(a);
  last = a;
}
NOINLINE void forget() {
  volatile char scratch[4096];
  for (volatile char& byte : scratch) byte = 0;
  last = nullptr;
}

}  // namespace

int main(int, char** argv) {
  const char* name = argv[1];
  if (std::strcmp(name, "direct") == 0) lose_text();
  if (std::strcmp(name, "indirect") == 0) lose_chain();
  if (std::strcmp(name, "cycle") == 0) lose_cycle();
  if (std::strcmp(name, "two_bugs") == 0) {
    lose_text();
    forget();
    lose_chain();
  }
  forget();
  std::puts("finished");
  return 0;
}
