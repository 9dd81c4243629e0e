// Writes ARG MiB to standard output: first "BEGIN", last "END".
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace {
void write_all(const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(1, bytes.data() + done, bytes.size() - done);
    if (written <= 0) std::exit(1);
    done += static_cast<std::size_t>(written);
  }
}
}  // namespace

int main(int, char** argv) {
  std::string block(1U << 20U, '.');
  const long blocks = std::atol(argv[1]);
  for (long i = 0; i < blocks; ++i) {
    std::string now = block;
    if (i == 0) now.replace(0, 5, "BEGIN");
    if (i == blocks - 1) now.replace(now.size() - 3, 3, "END");
    write_all(i == 0 || i == blocks - 1 ? now : block);
  }
  return 0;
}
