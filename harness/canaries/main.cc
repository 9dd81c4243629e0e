#include <cstdio>
#include <string_view>

#include "harness/canaries/canaries.h"

int main(int argc, char** argv) {
  for (const canary::Canary& candidate : canary::kCanaries) {
    if (argc == 2 && candidate.name == std::string_view(argv[1])) return candidate.run();
  }
  std::fputs("usage: canary NAME, where NAME is one of\n", stderr);
  for (const canary::Canary& candidate : canary::kCanaries) {
    std::fprintf(stderr, "  %.*s\n", static_cast<int>(candidate.name.size()), candidate.name.data());
  }
  return 2;
}
