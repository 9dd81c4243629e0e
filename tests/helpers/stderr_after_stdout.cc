// Closes standard output, then writes to standard error and exits with 3.
#include <unistd.h>

int main() {
  if (write(1, "first\n", 6) != 6) return 1;
  close(1);
  usleep(20'000);
  if (write(2, "second\n", 7) != 7) return 1;
  return 3;
}
