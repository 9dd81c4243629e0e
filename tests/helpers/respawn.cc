// A family that fights back: ARG processes, each of which forks a new one whenever it can and hands its place
// on, so that pids change all the time. Says "ready" once it is going.
#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

int main(int, char** argv) {
  const int members = std::atoi(argv[1]);
  std::puts("ready");
  std::fflush(stdout);
  for (int i = 1; i < members; ++i) {
    if (fork() == 0) break;
  }
  while (true) {
    const pid_t child = fork();
    if (child > 0) _exit(0);  // the child takes over
    if (child == 0 && rand() % 2 == 0) setsid();
  }
}
