// Dies by the signal ARG.
#include <csignal>
#include <cstdlib>

int main(int, char** argv) {
  const int number = std::atoi(argv[1]);
  std::signal(number, SIG_DFL);
  std::raise(number);
  return 0;
}
