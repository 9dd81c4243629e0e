#include "harness/campaign/machine_facts.h"

#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/version.h"

namespace repro::campaign {
namespace {

struct SettingFile {
  const char* key;
  const char* path;
};

/// Settings of the kernel that decide whether and how a bug shows.
constexpr std::array<SettingFile, 5> kSettings{{
    {"aslr_bits", "/proc/sys/vm/mmap_rnd_bits"},
    {"aslr_mode", "/proc/sys/kernel/randomize_va_space"},
    {"core_pattern", "/proc/sys/kernel/core_pattern"},
    {"overcommit_memory", "/proc/sys/vm/overcommit_memory"},
    {"ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope"},
}};

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The value of the first line of `path` that starts with `name`, after `separator` and without quotes.
std::string value_of(const char* path, std::string_view name, char separator) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(name)) continue;
    const std::size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    std::string value(trim(std::string_view(line).substr(at + 1)));
    if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

}  // namespace

MachineFacts read_machine_facts() {
  MachineFacts facts;
  utsname names{};
  if (::uname(&names) == 0) {
    facts["kernel"] = fmt::format("{} {} {}", &names.sysname[0], &names.release[0], &names.machine[0]);
  }
  facts["os"] = value_of("/etc/os-release", "PRETTY_NAME=", '=');
  facts["cpu_model"] = value_of("/proc/cpuinfo", "model name", ':');
  if (const int cores = usable_cores(); cores > 0) facts["cores"] = std::to_string(cores);
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_bytes = ::sysconf(_SC_PAGESIZE);
  if (pages > 0 && page_bytes > 0) facts["memory_bytes"] = fmt::format("{}", pages * page_bytes);
  for (const SettingFile& setting : kSettings) facts[setting.key] = first_line(setting.path);
  facts["glibc"] = gnu_get_libc_version();
  facts["tool_version"] = kToolVersion;
  facts["tool_compiler"] = __VERSION__;
  std::erase_if(facts, [](const auto& fact) { return fact.second.empty(); });
  return facts;
}

}  // namespace repro::campaign
