// The bare loop that a harness is measured against: N times posix_spawn and waitpid of one command, from J
// threads. It captures nothing, limits nothing, stores nothing, and loses descendants.
//
//   spawn_loop JOBS RUNS COMMAND [ARGUMENT ...]

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void spawn_until_done(std::atomic<long>& left, char** command) {
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  for (const int stream : {0, 1, 2})
    posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
  while (left.fetch_sub(1) > 0) {
    pid_t pid = 0;
    int status = 0;
    if (posix_spawn(&pid, command[0], &actions, nullptr, command, environ) != 0 ||
        waitpid(pid, &status, 0) != pid) {
      std::perror("spawn_loop");
      std::exit(1);
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: spawn_loop JOBS RUNS COMMAND [ARGUMENT ...]\n", stderr);
    return 2;
  }
  std::atomic<long> left = std::atol(argv[2]);
  std::vector<std::jthread> threads;
  for (int job = std::atoi(argv[1]); job > 0; --job) {
    threads.emplace_back([&] { spawn_until_done(left, argv + 3); });
  }
}
