// Allocates and touches ARG1 MiB in each of ARG2 processes (default 1) that share nothing; each of them then
// has its pages seen by ARG3 processes (default 1) that share them. Says so, lives on for a moment, and
// exits.
#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const std::size_t bytes = std::strtoull(argv[1], nullptr, 10) << 20U;
  const int processes = argc > 2 ? std::atoi(argv[2]) : 1;
  const int sharers = argc > 3 ? std::atoi(argv[3]) : 1;
  for (int i = 1; i < processes; ++i) {
    if (fork() == 0) break;
  }
  volatile char* memory =
      static_cast<char*>(std::malloc(bytes));  // or the compiler sees that nobody reads it
  for (std::size_t i = 0; memory != nullptr && i < bytes; i += 4096) memory[i] = 'x';
  for (int i = 1; i < sharers; ++i) {
    if (fork() == 0) break;
  }
  usleep(300'000);  // so that a sampler can see it
  while (wait(nullptr) > 0) {
  }
  const bool was_allocated = memory != nullptr;
  std::free(const_cast<char*>(memory));
  return was_allocated ? std::puts("allocated") < 0 : 1;
}
