#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>
static const char* mode = getenv("MODE");
__attribute__((noinline)) void hit(int* p) { *p = 1; }
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* d, size_t n) {
  if (n < 1 || d[0] != 'a') return 0;
  switch (mode[0]) {
    case 's':
      hit(nullptr);
      break;
    case 't':
      for (;;) asm volatile("");
    case 'a':
      abort();
    case 'x':
      exit(3);
    case 'o': {
      std::vector<char*> v;
      for (;;) {
        char* p = (char*)malloc(1 << 20);
        memset(p, 1, 1 << 20);
        v.push_back(p);
      }
    }
    case 'w':
      const_cast<uint8_t*>(d)[0] = 'b';
  }
  return 0;
}
