#include <cassert>
#include <cstdlib>
namespace pool {
struct Task {
  int v;
};
__attribute__((noinline)) int run(Task* t) { return t->v; }
}  // namespace pool
int main(int c, char** v) {
  if (c > 1) assert(c == 7 && "seven");
  return pool::run(nullptr);
}
