#include "harness/findings/valgrind_kinds.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "harness/findings/report_lines.h"

namespace repro::findings {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

StackRole role_of(std::string_view heading, bool is_first) {
  if (heading.starts_with("This conflicts with")) return StackRole::previous_access;
  if (heading.starts_with("Other segment start")) return StackRole::previous_access;
  if (heading.find("acquisition of lock") != kNone) return StackRole::mutex_acquired;
  if (heading.find("was first observed") != kNone) return StackRole::mutex_created;
  if (heading.find("free'd") != kNone) return StackRole::freed;
  if (heading.find("alloc'd") != kNone || heading.starts_with("Uninitialised value was created") ||
      heading.starts_with("Allocation context")) {
    return StackRole::allocated;
  }
  if (heading.find("was created") != kNone) return StackRole::thread_created;
  return is_first ? StackRole::access : StackRole::other;
}

/// `read of size 4` of helgrind, `load by thread 1 at 0x1 size 4` of DRD, `Invalid write of size 8`.
void set_access(std::string_view heading, Stack& stack) {
  const bool is_read = heading.find("read of size") != kNone || heading.find("onflicting load by") != kNone;
  const bool is_write =
      heading.find("write of size") != kNone || heading.find("onflicting store by") != kNone;
  if (is_read) stack.access = "read";
  if (is_write) stack.access = "write";
  if (const std::size_t size = heading.rfind("size "); (is_read || is_write) && size != kNone) {
    std::string_view digits = heading.substr(size + 5);
    stack.access_bytes =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(consume_decimal(digits).value_or(0), 1U << 30U));
  }
  const std::size_t thread = heading.find("thread ");
  if (thread == kNone) return;
  std::string_view number = heading.substr(thread + 7);
  consume(number, "#");
  std::string_view digits = number;
  if (consume_decimal(digits))
    stack.thread = "T" + std::string(number.substr(0, number.size() - digits.size()));
}

}  // namespace

void describe_valgrind_stack(std::string_view kind, bool is_first, Stack& stack) {
  stack.role = role_of(stack.heading, is_first);
  if (is_first && kind == "LockOrder") stack.role = StackRole::mutex_acquired;
  if (is_first && kind.starts_with("Leak_")) stack.role = StackRole::allocated;
  if (stack.role == StackRole::access || stack.role == StackRole::previous_access)
    set_access(stack.heading, stack);
}

Outcome implied_by_valgrind_kind(std::string_view kind) {
  constexpr std::array<std::string_view, 13> kMemory{
      "InvalidRead",     "InvalidWrite", "InvalidJump",  "InvalidFree", "MismatchedFree",
      "UninitCondition", "UninitValue",  "SyscallParam", "ClientCheck", "InvalidMemPool",
      "Overlap",         "FatalSignal",  "CoreMemError"};
  const bool is_memory = std::find(kMemory.begin(), kMemory.end(), kind) != kMemory.end();
  return is_memory ? Outcome::crash : Outcome::fail;
}

}  // namespace repro::findings
