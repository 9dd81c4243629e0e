// Stops itself and a child of its own.
#include <csignal>

#include <unistd.h>

int main() {
  fork();
  raise(SIGSTOP);
  while (true) pause();
}
