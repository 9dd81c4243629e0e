#include "harness/schedule/preload/controlled/trace.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include "harness/schedule/preload/controlled/raw.h"

namespace repro::schedule::controlled {
namespace {

bool is_shared_trace = false;

/// dl_iterate_phdr's view of one module, copied into the trace.
int add_module(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  auto& trace = *static_cast<Trace*>(data);
  const std::uint32_t count = trace.header.modules.load(std::memory_order_relaxed);
  if (count >= kMaxModules) return 1;
  std::uint64_t end = info->dlpi_addr;
  ModuleEntry& entry = trace.modules[count];
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = info->dlpi_phdr[i];
    const std::uint64_t part_end = info->dlpi_addr + part.p_vaddr + part.p_memsz;
    if (part.p_type == PT_LOAD && part_end > end) end = part_end;
    if (part.p_type != PT_NOTE) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a note of the mapped module
    const auto* note = reinterpret_cast<const char*>(info->dlpi_addr + part.p_vaddr);
    const char* const notes_end = note + part.p_memsz;
    while (note + sizeof(ElfW(Nhdr)) <= notes_end) {
      const auto& head = *reinterpret_cast<const ElfW(Nhdr)*>(note);
      const char* const description = note + sizeof head + ((head.n_namesz + 3U) & ~3U);
      if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && head.n_descsz <= sizeof entry.build_id) {
        for (std::uint32_t k = 0; k < head.n_descsz; ++k) {
          entry.build_id[k] = static_cast<std::uint8_t>(description[k]);
        }
        entry.build_id_bytes = head.n_descsz;
      }
      note = description + ((head.n_descsz + 3U) & ~3U);
    }
  }
  entry.base = info->dlpi_addr;
  entry.end = end;
  const char* path = info->dlpi_name;
  char own[sizeof entry.path];
  if (path == nullptr || *path == '\0') {
    path = "";
    const long length = count == 0 ? raw::system_call(SYS_readlinkat, -100, raw::address("/proc/self/exe"),
                                                      raw::address(own), sizeof own - 1)
                                   : -1;
    if (length > 0) {
      own[length] = '\0';
      path = own;
    }
  }
  std::size_t length = 0;
  while (path[length] != '\0') ++length;
  const std::size_t skipped = length < sizeof entry.path ? 0 : length - sizeof entry.path + 1;
  for (std::size_t i = skipped; i <= length; ++i) entry.path[i - skipped] = path[i];
  trace.header.modules.store(count + 1, std::memory_order_release);
  return 0;
}

const char* operation_name(Operation operation) {
  switch (operation) {
    case Operation::mutex_lock:
      return "mutex";
    case Operation::mutex_timedlock:
      return "mutex (timed)";
    case Operation::cond_wait:
      return "condition variable";
    case Operation::cond_timedwait:
      return "condition variable (timed)";
    case Operation::rwlock_read:
      return "read lock";
    case Operation::rwlock_write:
      return "write lock";
    case Operation::semaphore_wait:
      return "semaphore";
    case Operation::barrier_wait:
      return "barrier";
    case Operation::once:
      return "call_once";
    case Operation::static_guard:
      return "initialisation of a local static";
    case Operation::spin_lock:
      return "spin lock";
    case Operation::join:
      return "the end of a thread";
    case Operation::futex_wait:
      return "futex";
    case Operation::none:
    case Operation::thread_start:
    case Operation::thread_end:
    case Operation::thread_create:
    case Operation::detach:
    case Operation::mutex_trylock:
    case Operation::mutex_unlock:
    case Operation::cond_signal:
    case Operation::cond_broadcast:
    case Operation::rwlock_unlock:
    case Operation::semaphore_post:
    case Operation::spin_unlock:
    case Operation::yield:
    case Operation::sleep:
    case Operation::futex_wake:
    case Operation::input_output:
    case Operation::fork:
    case Operation::memory_read:
    case Operation::memory_write:
    case Operation::basic_block:
    case Operation::cancel:
    case Operation::signal:
    case Operation::count_:
      return "an operation";
  }
  return "an operation";
}

void say_site(raw::Message& message, const Site& site) {
  if (site.module == kNoModule) {
    message.hex(site.offset);
    return;
  }
  const char* path = g.trace->modules[site.module].path;
  const char* name = path;
  for (const char* c = path; *c != '\0'; ++c) {
    if (*c == '/') name = c + 1;
  }
  message.text(name).text("+").hex(site.offset);
}

WaitEdge edge_of(const Thread& thread) {
  WaitEdge edge;
  edge.thread = thread.id;
  edge.operation = thread.operation;
  edge.site = site_of(thread.site);
  if (thread.block == Block::joined) {
    edge.object_kind = ObjectKind::thread;
    edge.object = thread.target;
    edge.holder = thread.target;
    edge.taken_at = site_of(g.threads[thread.target].site);
    return edge;
  }
  if (thread.object == nullptr) return edge;
  edge.object_kind = thread.object->kind;
  edge.object = thread.object->number;
  edge.object_address = reinterpret_cast<std::uint64_t>(thread.object->address);
  edge.taken_at = site_of(thread.object->taken_at);
  const std::uint32_t holder = thread.object->owner != 0 ? thread.object->owner : thread.object->last_reader;
  if (holder != 0) {
    edge.holder = holder - 1;
    edge.holder_has_ended = g.threads[holder - 1].state == ThreadState::ended ? 1 : 0;
  }
  return edge;
}

}  // namespace

const char* open_trace(const char* path) {
  if (path == nullptr) {
    g.trace = static_cast<Trace*>(raw::map_memory(sizeof(Trace)));
    return g.trace == nullptr ? "no memory for a trace" : nullptr;
  }
  g.trace = static_cast<Trace*>(raw::map_file(path, sizeof(Trace), true));
  is_shared_trace = g.trace != nullptr;
  return g.trace == nullptr ? "cannot map the trace file" : nullptr;
}

void claim_trace() {
  if (g.is_claimed) return;
  g.is_claimed = true;
  static_assert(sizeof(g.trace->header.process) == sizeof(std::int32_t));
  std::int32_t nobody = 0;
  const auto self = static_cast<std::int32_t>(raw::system_call(SYS_getpid));
  if (!__atomic_compare_exchange_n(&g.trace->header.process, &nobody, self, false, __ATOMIC_ACQ_REL,
                                   __ATOMIC_ACQUIRE)) {
    detach_trace();
  }
}

void detach_trace() {
  if (!is_shared_trace) return;
  auto* const own = static_cast<Trace*>(raw::map_memory(sizeof(Trace)));
  if (own == nullptr) return;
  g.trace = own;
  g.is_claimed = true;
  is_shared_trace = false;
}

Site site_of(std::uintptr_t address) {
  Site site;
  site.offset = address;
  if (address == 0) return site;
  Trace& trace = *g.trace;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::uint32_t count = trace.header.modules.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (address >= trace.modules[i].base && address < trace.modules[i].end) {
        site.module = i;
        site.offset = address - trace.modules[i].base;
        return site;
      }
    }
    if (attempt == 0) {  // not looked at yet, or loaded since
      trace.header.modules.store(0, std::memory_order_relaxed);
      dl_iterate_phdr(add_module, &trace);
    }
  }
  return site;
}

void record_thread(const Thread& thread, std::uintptr_t created_at) {
  ThreadEntry& entry = g.trace->threads[thread.id];
  entry.parent = thread.parent;
  entry.path_hash = thread.path_hash;
  if (thread.parent != kNoThread) entry.child_index = g.threads[thread.parent].children - 1;
  entry.start_routine = site_of(reinterpret_cast<std::uintptr_t>(thread.start));
  entry.created_at = site_of(created_at);
  g.trace->header.threads.store(thread.id + 1, std::memory_order_release);
}

void record_deviation(const Thread& self, const Thread& next, bool is_preemptive) {
  TraceHeader& header = g.trace->header;
  const std::uint32_t count = header.deviations.load(std::memory_order_relaxed);
  if (count >= kMaxDeviations) {
    add(header.dropped_deviations);
    return;
  }
  Deviation& entry = g.trace->deviations[count];
  entry.thread = self.id;
  entry.next_thread = next.id;
  entry.event = self.events;
  entry.preemptive = is_preemptive ? 1 : 0;
  entry.operation = self.operation;
  entry.object_kind = self.object == nullptr ? ObjectKind::none : self.object->kind;
  entry.object = self.object == nullptr ? 0 : self.object->number;
  if (self.operation == Operation::memory_read || self.operation == Operation::memory_write) {
    entry.object_kind = ObjectKind::memory;
  }
  entry.site = site_of(self.site);
  entry.step = header.steps.load(std::memory_order_relaxed);
  header.deviations.store(count + 1, std::memory_order_release);
}

void count_switch(const Thread& self, const Thread& next) {
  TraceHeader& header = g.trace->header;
  std::uint64_t hash = header.interleaving_hash.load(std::memory_order_relaxed);
  hash ^= (std::uint64_t{self.id} << 40U) ^ (std::uint64_t{next.id} << 20U) ^ self.events;
  hash *= 0x9e3779b97f4a7c15U;
  header.interleaving_hash.store(hash ^ (hash >> 29U), std::memory_order_relaxed);
  g.trace->threads[self.id].events = self.events;
}

void report_deadlock() {
  TraceHeader& header = g.trace->header;
  raw::Message message;
  message.text(kMessagePrefix)
      .text("deadlock: no thread can run, after ")
      .number(header.steps.load(std::memory_order_relaxed))
      .text(" decisions\n");
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < g.thread_count; ++i) {
    const Thread& thread = g.threads[i];
    if (thread.state == ThreadState::ended || thread.state == ThreadState::unused) continue;
    const WaitEdge edge = edge_of(thread);
    g.trace->waits[count++] = edge;
    message.text("  thread T").number(edge.thread).text(" waits for ").text(operation_name(edge.operation));
    if (edge.object_kind == ObjectKind::thread) {
      message.text(" T").number(edge.object);
    } else {
      message.text(" #").number(edge.object);
    }
    message.text(" at ");
    say_site(message, edge.site);
    if (edge.holder != kNoThread && edge.object_kind != ObjectKind::thread) {
      message.text(", held by T").number(edge.holder);
      if (edge.holder_has_ended != 0) message.text(", which has ended,");
      message.text(" since ");
      say_site(message, edge.taken_at);
    }
    message.text("\n");
  }
  header.waits.store(count, std::memory_order_release);
  header.end.store(RunEnd::deadlock, std::memory_order_release);
  message.send();
}

}  // namespace repro::schedule::controlled
