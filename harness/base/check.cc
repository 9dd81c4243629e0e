#include "harness/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace repro {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "repro: internal error: %s does not hold (%s:%d). Please report this.\n", condition,
               file, line);
  std::abort();
}

}  // namespace repro
