// Ignores every signal that can be ignored, says "ready" and sleeps for ever.
#include <csignal>
#include <cstdio>

#include <unistd.h>

int main() {
  for (int number = 1; number < 32; ++number) std::signal(number, SIG_IGN);
  std::puts("ready");
  std::fflush(stdout);
  while (true) pause();
}
