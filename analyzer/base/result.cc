#include "analyzer/base/result.h"

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace analyzer {

Unexpected fail_errno(std::string_view doing, int os_errno) {
  return fail(ErrorKind::io, std::string(doing) + ": " + std::generic_category().message(os_errno));
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "analyzer: broken invariant '%s' at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace analyzer
