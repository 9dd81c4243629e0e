#include "harness/process/keeper/cgroup.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/process/keeper/protocol.h"

namespace repro::process::keeper {
namespace {

bool write_text(const std::string& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd.is_open() && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The number after `key` and a space in a file of "key number" lines; 0 when it is not there.
std::uint64_t read_counter(const std::string& path, std::string_view key) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> buffer{};
  const ssize_t got = fd.is_open() ? ::read(fd.get(), buffer.data(), buffer.size() - 1) : 0;
  std::string_view text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty()) {
    if (text.starts_with(key) && text.size() > key.size() && text[key.size()] == ' ') {
      return std::strtoull(text.data() + key.size() + 1, nullptr, 10);  // the buffer ends with a NUL
    }
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) break;
    text.remove_prefix(line_end + 1);
  }
  return 0;
}

/// A group that a killed keeper of the same pid has left is reused.
bool make_group(const std::string& group) { return ::mkdir(group.c_str(), 0755) == 0 || errno == EEXIST; }

}  // namespace

Cgroups::Cgroups(CgroupPlaces places) : places_(std::move(places)) {
  if (places_.kill_base.empty()) return;
  std::string group = kill_group_path(places_.kill_base, ::getpid());
  if (make_group(group) && write_text(group + "/cgroup.procs", "0")) {
    kill_group_ = std::move(group);
  } else {
    ::rmdir(group.c_str());
  }
}

Cgroups::~Cgroups() {
  static_cast<void>(close_memory_group());
  if (kill_group_.empty()) return;
  write_text(places_.kill_base + "/cgroup.procs", "0");
  ::rmdir(kill_group_.c_str());
}

UniqueFd Cgroups::open_memory_group(std::uint64_t limit_bytes) {
  if (places_.memory_base.empty()) return {};
  std::string group = memory_group_path(places_.memory_base, ::getpid());
  if (!make_group(group)) return {};
  memory_group_ = std::move(group);
  const std::string limit = std::to_string(limit_bytes);
  const char* limit_file = places_.memory_is_v2 ? "/memory.max" : "/memory.limit_in_bytes";
  UniqueFd processes(::open((memory_group_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (!write_text(memory_group_ + limit_file, limit) || !processes.is_open()) {
    static_cast<void>(close_memory_group());
    return {};
  }
  // A subject must not slip past the limit into swap. Kernels without swap accounting lack the files.
  if (places_.memory_is_v2) {
    write_text(memory_group_ + "/memory.swap.max", "0");
  } else {
    write_text(memory_group_ + "/memory.memsw.limit_in_bytes", limit);
  }
  return processes;
}

bool Cgroups::close_memory_group() {
  if (memory_group_.empty()) return false;
  const char* events = places_.memory_is_v2 ? "/memory.events" : "/memory.oom_control";
  const bool out_of_memory = read_counter(memory_group_ + events, "oom_kill") > 0;
  ::rmdir(memory_group_.c_str());
  memory_group_.clear();
  return out_of_memory;
}

bool Cgroups::kill_all() {
  bool killed = false;
  if (places_.memory_is_v2 && !memory_group_.empty()) {
    killed = write_text(memory_group_ + "/cgroup.kill", "1");
  }
  if (!kill_group_.empty() && write_text(places_.kill_base + "/cgroup.procs", "0")) {
    killed = write_text(kill_group_ + "/cgroup.kill", "1") || killed;
    write_text(kill_group_ + "/cgroup.procs", "0");
  }
  return killed;
}

}  // namespace repro::process::keeper
