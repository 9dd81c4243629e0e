// Prints what a program inherits: one fact a line.
#include <csignal>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

int main() {
  std::printf("session_leader=%d\n", getsid(0) == getpid() ? 1 : 0);
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  int signals_blocked = 0;
  int signals_ignored = 0;
  for (int number = 1; number < 65; ++number) {
    signals_blocked += sigismember(&blocked, number) == 1 ? 1 : 0;
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) == 0) signals_ignored += action.sa_handler == SIG_DFL ? 0 : 1;
  }
  std::printf("signals_blocked=%d\nsignals_ignored=%d\n", signals_blocked, signals_ignored);
  int descriptors = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) descriptors += entry->d_name[0] == '.' ? 0 : 1;
  std::printf("descriptors=%d\n", descriptors - 1);  // one is the folder itself
  std::printf("output_nonblocking=%d\n", (fcntl(1, F_GETFL) & O_NONBLOCK) != 0 ? 1 : 0);
  rlimit cores{};
  getrlimit(RLIMIT_CORE, &cores);
  std::printf("core_limit_small=%d\n", cores.rlim_cur <= 1 ? 1 : 0);
  return 0;
}
