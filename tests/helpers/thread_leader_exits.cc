// Its main thread ends while another lives on: /proc shows a zombie that is none.
#include <pthread.h>
#include <unistd.h>

namespace {
void* live_on(void*) {
  while (true) pause();
}
}  // namespace

int main() {
  pthread_t thread{};
  pthread_create(&thread, nullptr, live_on, nullptr);
  pthread_exit(nullptr);
}
