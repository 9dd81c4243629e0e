// Sends the signal ARG to its parent, which is the keeper, from a grandchild-proof place: one child stays
// behind in a session of its own. Then says "done" and sleeps for ever, or exits with 0 after "exit".
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <unistd.h>

int main(int argc, char** argv) {
  if (fork() == 0) {
    setsid();
    while (true) pause();
  }
  kill(getppid(), std::atoi(argv[1]));
  std::puts("done");
  std::fflush(stdout);
  while (argc < 3 || std::strcmp(argv[2], "exit") != 0) pause();
  return 0;
}
