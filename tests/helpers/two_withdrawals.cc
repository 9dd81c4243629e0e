// Two threads take 10 each from 100 in two locked steps. Exits 0 when both were counted, 1 when one was lost.
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
int balance = 100;

int read_balance() {
  const std::lock_guard lock(mutex);
  return balance;
}

void write_balance(int value) {
  const std::lock_guard lock(mutex);
  balance = value;
}

void withdraw() { write_balance(read_balance() - 10); }

}  // namespace

int main() {
  std::thread first(withdraw);
  std::thread second(withdraw);
  first.join();
  second.join();
  return read_balance() == 80 ? 0 : 1;
}
