// Two threads count to 100,000 each, into one number.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace {

volatile long total = 0;
std::mutex lock;

void count(bool is_locked) {
  for (int i = 0; i < 100'000; ++i) {
    if (is_locked) lock.lock();
    total = total + 1;
    if (is_locked) lock.unlock();
  }
}

}  // namespace

int main(int argc, char** argv) {
  const char* environment = std::getenv("COUNTER_LOCK");
  const bool is_locked = environment != nullptr && std::strcmp(environment, "mutex") == 0;
  if (argc > 1 && std::strcmp(argv[1], "--lock=none") != 0) return 2;
  std::thread other(count, is_locked);
  count(is_locked);
  other.join();
  std::printf("total %ld\n", total);
}
