#include "harness/campaign/machine_checks.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/text.h"

namespace repro::campaign {
namespace {

/// The shadow layouts of the runtimes of clang 14 and g++ 12 were made for 28 bits of mmap randomness (the
/// kernel's default until 6.x distributions raised it); with 32 they meet "unexpected memory mapping".
constexpr std::uint64_t kSafeAslrBits = 28;
/// Above this the symbolizer's fork closes descriptors for seconds (google/sanitizers issue 1477).
constexpr rlim_t kManyDescriptors = 1U << 20U;

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

MachineCheck check_aslr() {
  const std::string bits = first_line("/proc/sys/vm/mmap_rnd_bits");
  const Result<std::uint64_t> number = parse_unsigned(bits);
  if (!number) return {"address randomisation", "unknown: vm.mmap_rnd_bits cannot be read", ""};
  if (*number <= kSafeAslrBits) return {"address randomisation", fmt::format("{} bits", *number), ""};
  return {
      "address randomisation",
      fmt::format("{} bits: the thread and memory sanitizers of older compilers may find no room", *number),
      "sysctl -w vm.mmap_rnd_bits=28, if their canaries above are blind"};
}

MachineCheck check_cores() {
  const std::string pattern = first_line("/proc/sys/kernel/core_pattern");
  if (pattern.starts_with('|')) {
    return {"core files", fmt::format("piped to a program: {}", printable(pattern)), ""};
  }
  return {"core files", fmt::format("pattern '{}'", printable(pattern)), ""};
}

/// Attaches to a child that only waits, which is what evidence of a hang needs.
int trace_errno() {
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const int result = ::ptrace(PTRACE_SEIZE, child, nullptr, nullptr) == 0 ? 0 : errno;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return result;
}

MachineCheck check_ptrace() {
  const int error = trace_errno();
  if (error == 0) return {"ptrace", "allowed", ""};
  return {"ptrace",
          fmt::format("denied ({}): leak checks and stacks of hangs need it",
                      std::generic_category().message(error)),
          "docker run --cap-add=SYS_PTRACE, or sysctl -w kernel.yama.ptrace_scope=1"};
}

MachineCheck check_preload() {
  const char* preload = std::getenv("LD_PRELOAD");
  if (preload == nullptr || *preload == '\0') return {"LD_PRELOAD", "not set", ""};
  return {"LD_PRELOAD",
          fmt::format("set to '{}': g++'s address sanitizer refuses to start behind it", printable(preload)),
          "unset LD_PRELOAD, or ASAN_OPTIONS=verify_asan_link_order=0"};
}

MachineCheck check_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {"open files", "unknown", ""};
  if (limit.rlim_cur <= kManyDescriptors) return {"open files", fmt::format("limit {}", limit.rlim_cur), ""};
  return {"open files", "limit is huge: symbolizing a report may take minutes", "ulimit -n 65536"};
}

MachineCheck check_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return {"address space", "not limited", ""};
  }
  return {"address space",
          fmt::format("limited to {}: no sanitizer starts below terabytes", format_size(limit.rlim_cur)),
          "ulimit -v unlimited"};
}

}  // namespace

std::vector<MachineCheck> check_machine() {
  return {check_aslr(),          check_ptrace(),      check_preload(),
          check_address_space(), check_descriptors(), check_cores()};
}

}  // namespace repro::campaign
