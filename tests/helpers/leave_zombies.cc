// Leaves ARG dead children that it never waits for, and exits with 0. The last one burns 50 ms of processor
// time.
#include <cstdlib>
#include <ctime>

#include <sys/wait.h>
#include <unistd.h>

int main(int, char** argv) {
  const int children = std::atoi(argv[1]);
  for (int i = 0; i < children; ++i) {
    if (fork() != 0) continue;
    while ((i == 0 || i == children - 1) && std::clock() < CLOCKS_PER_SEC / 20) {
    }
    _exit(0);
  }
  // Waits without reaping until all are dead.
  siginfo_t info;
  for (int i = 0; i < children; ++i) waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
  usleep(100'000);
  return 0;
}
