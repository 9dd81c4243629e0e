// Two threads take two mutexes in opposite orders: a deadlock, when each has its first one.
#include <mutex>
#include <thread>

namespace {

std::mutex first;
std::mutex second;

void forwards() {
  const std::lock_guard outer(first);
  const std::lock_guard inner(second);
}

void backwards() {
  const std::lock_guard outer(second);
  const std::lock_guard inner(first);
}

}  // namespace

int main() {
  std::thread one(forwards);
  std::thread other(backwards);
  one.join();
  other.join();
  return 0;
}
