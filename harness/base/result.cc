#include "harness/base/result.h"

#include <system_error>

namespace repro {

Unexpected fail_errno(ErrorKind kind, std::string_view doing, int os_errno) {
  std::string message(doing);
  message += ": ";
  message += std::generic_category().message(os_errno);
  return fail(kind, std::move(message), os_errno);
}

}  // namespace repro
