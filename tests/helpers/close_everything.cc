// Closes every descriptor, lives on for a moment and exits with 7.
#include <unistd.h>

int main() {
  for (int fd = 0; fd < 1024; ++fd) close(fd);
  usleep(20'000);
  return 7;
}
