// Leaves a daemon (double fork, setsid) that keeps standard output open, and exits at once.
#include <unistd.h>

int main() {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      while (true) pause();
    }
    _exit(0);
  }
  return 0;
}
