// Stacks from outside, by elfutils: the process is neither asked to do anything nor changed, so what has
// corrupted its heap, its signal handlers or its locks cannot spoil them.
//
// Rejected: gdb in batch mode (0.27 to 0.67 s where this takes 11 to 81 ms, and one more program to install);
// a handler in the process that walks its own stack (malloc, dl_iterate_phdr and the loader's lock, one of
// which the stuck thread may hold); a core file (its place is the system's choice, and most systems pipe it
// away).

#include "harness/hang/thread_stacks.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <system_error>

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>

#include "harness/hang/address_frames.h"

namespace repro::hang {
namespace {

/// Runaway recursion has more; its first frames say what it is.
constexpr std::size_t kMostFrames = 128;
constexpr std::size_t kMostThreads = 256;

struct CloseDwfl {
  void operator()(Dwfl* dwfl) const { ::dwfl_end(dwfl); }
};
using Session = std::unique_ptr<Dwfl, CloseDwfl>;

/// The threads of a pool stand at the same few addresses, and finding the unit of one may mean asking all.
using KnownFrames = std::map<Dwarf_Addr, std::vector<Frame>>;

struct Walk {
  Dwfl* dwfl = nullptr;
  KnownFrames* known = nullptr;
  ThreadStack* stack = nullptr;
  bool is_cut = false;
};

int take_frame(Dwfl_Frame* state, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  Dwarf_Addr address = 0;
  bool is_activation = false;
  if (!::dwfl_frame_pc(state, &address, &is_activation)) return DWARF_CB_ABORT;
  // A return address belongs to the instruction after the call, which may be another line or function.
  if (!is_activation) --address;
  std::vector<Frame>& frames = walk.stack->frames;
  if (Dwfl_Module* module = ::dwfl_addrmodule(walk.dwfl, address); module != nullptr) {
    const auto [known, is_new] = walk.known->try_emplace(address);
    if (is_new) known->second = frames_of_address(module, address);
    frames.insert(frames.end(), known->second.begin(), known->second.end());
  } else {
    frames.emplace_back();  // code outside of every file: made at run time, or a wild jump
    frames.back().module_offset = address;
  }
  walk.is_cut = frames.size() >= kMostFrames;
  return walk.is_cut ? DWARF_CB_ABORT : DWARF_CB_OK;
}

struct Threads {
  Dwfl* dwfl = nullptr;
  KnownFrames known;
  std::vector<ThreadStack> stacks;
};

int take_thread(Dwfl_Thread* thread, void* argument) {
  Threads& threads = *static_cast<Threads*>(argument);
  if (threads.stacks.size() == kMostThreads) return DWARF_CB_ABORT;
  ThreadStack& stack = threads.stacks.emplace_back();
  stack.tid = ::dwfl_thread_tid(thread);
  Walk walk{threads.dwfl, &threads.known, &stack, false};
  if (::dwfl_thread_getframes(thread, take_frame, &walk) < 0 && !walk.is_cut) {
    stack.problem = ::dwfl_errmsg(-1);
  } else if (walk.is_cut) {
    stack.problem = fmt::format("only its first {} frames", kMostFrames);
  }
  return DWARF_CB_OK;
}

Unexpected cannot_look(pid_t pid, std::string_view why) {
  return fail(ErrorKind::environment, fmt::format("cannot read the stacks of process {}: {}", pid, why));
}

}  // namespace

Result<std::vector<ThreadStack>> read_stacks(pid_t pid) {
  const std::lock_guard lock(libdwfl_mutex());
  // Debug files by build id in the usual folder; the standard callback would ask DEBUGINFOD_URLS as well.
  const Dwfl_Callbacks callbacks{::dwfl_linux_proc_find_elf, ::dwfl_build_id_find_debuginfo, nullptr,
                                 nullptr};
  const Session session(::dwfl_begin(&callbacks));
  if (session == nullptr) return cannot_look(pid, ::dwfl_errmsg(-1));
  ::dwfl_report_begin(session.get());
  const int reported = ::dwfl_linux_proc_report(session.get(), pid);
  if (::dwfl_report_end(session.get(), nullptr, nullptr) != 0 || reported != 0) {
    return cannot_look(pid, reported > 0 ? std::generic_category().message(reported) : ::dwfl_errmsg(-1));
  }
  if (const int attached = ::dwfl_linux_proc_attach(session.get(), pid, false); attached != 0) {
    return cannot_look(pid, attached > 0 ? std::generic_category().message(attached) : ::dwfl_errmsg(-1));
  }
  Threads threads{session.get(), {}, {}};
  if (::dwfl_getthreads(session.get(), take_thread, &threads) < 0 && threads.stacks.empty()) {
    return cannot_look(pid, ::dwfl_errmsg(-1));
  }
  std::sort(threads.stacks.begin(), threads.stacks.end(),
            [](const ThreadStack& a, const ThreadStack& b) { return a.tid < b.tid; });
  return std::move(threads.stacks);
}

}  // namespace repro::hang
