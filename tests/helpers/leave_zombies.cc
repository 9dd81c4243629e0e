// Leaves ARG dead children that it never reaps, and exits with 0. The first and the last burn 50 ms of
// processor time each.
#include <cstdlib>
#include <ctime>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

int main(int, char** argv) {
  const int children = std::atoi(argv[1]);
  std::vector<pid_t> pids;
  for (int i = 0; i < children; ++i) {
    pids.push_back(fork());
    if (pids.back() != 0) continue;
    while ((i == 0 || i == children - 1) && std::clock() < CLOCKS_PER_SEC / 20) {
    }
    _exit(0);
  }
  // Waits for the death of each and reaps none. (P_ALL would name the first dead one again and again.)
  siginfo_t info;
  for (const pid_t pid : pids) waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  return 0;
}
