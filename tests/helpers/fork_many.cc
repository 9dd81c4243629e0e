// Forks ARG children that sleep for ever; each second one ignores SIGTERM. Says "ready". With "stay" it
// sleeps as well, otherwise it exits with 0 and leaves them.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

int main(int argc, char** argv) {
  const int children = std::atoi(argv[1]);
  for (int i = 0; i < children; ++i) {
    if (fork() != 0) continue;
    if (i % 2 == 0) std::signal(SIGTERM, SIG_IGN);
    if (i % 3 == 0) setsid();
    while (true) pause();
  }
  std::puts("ready");
  std::fflush(stdout);
  while (argc > 2 && std::strcmp(argv[2], "stay") == 0) pause();
  return 0;
}
