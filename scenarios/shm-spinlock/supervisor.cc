#include "scenarios/shm-spinlock/supervisor.h"

#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <utility>

#include "scenarios/shm-spinlock/document.h"

namespace shm_spinlock {
namespace {

/// A hunt succeeds at the first attempt nearly always (README.md, "How it was measured"); a thousand failures
/// in a row mean that something else is wrong.
constexpr unsigned kMaximumAttempts = 1000;

constexpr int kOk = 0;
constexpr int kWrongResult = 1;
constexpr int kNoDisaster = 3;

}  // namespace

Supervisor::Supervisor(Cache& cache, const Options& options)
    : cache_(cache), options_(options), workers_(cache, options) {
  cache_.entries_in_use.store(static_cast<std::uint32_t>(options.workers * kEntriesPerWorker));
}

int Supervisor::run() {
  for (unsigned worker = 0; worker < options_.workers; ++worker) workers_.start(worker);
  if (bring_about_disaster()) {
    cache_.is_draining.store(1, std::memory_order_release);
    std::fflush(stdout);  // what follows may never end
    if (workers_.wait_for_all(problem_)) problem_ = find_fault();
    if (problem_.empty()) {
      tell_ok();
      return kOk;
    }
    exit_code_ = kWrongResult;
  }
  std::printf("%s: %s\n", exit_code_ == kNoDisaster ? "no disaster" : "fail", problem_.c_str());
  return exit_code_;
}

bool Supervisor::give_up(int exit_code, std::string problem) {
  exit_code_ = exit_code;
  problem_ = std::move(problem);
  return false;
}

bool Supervisor::bring_about_disaster() {
  switch (options_.variant.disaster) {
    case Disaster::kill_writers:
      // The second death proves that the first one was recovered from: its victim got the lock after it.
      return kill_writer(0) && kill_writer(1);
    case Disaster::kill_writer:
    case Disaster::kill_writer_in_entry:
    case Disaster::kill_writer_at_even:
    case Disaster::kill_only_writer:
      return kill_writer(0);
    case Disaster::kill_reader:
      return kill_reader(0);
    case Disaster::kill_writer_and_recoverer:
      return kill_writer_and_recoverer(0);
    case Disaster::document_too_long:
      return true;  // the workers' own documents bring it about
  }
  return false;
}

bool Supervisor::kill_writer(unsigned victim) {
  const WorkerStatus& status = cache_.workers[victim];
  for (unsigned attempt = 1; attempt <= kMaximumAttempts; ++attempt) {
    if (!wait_until([&] { return status.in_section.load(std::memory_order_acquire) != 0; })) return false;
    workers_.kill_without_reaping(victim);
    const bool held_lock = died_holding_lock(victim);
    if (held_lock) note_half_written_entries();
    const bool is_enough = held_lock && is_the_wanted_death(victim);
    if (is_enough) tell_death(victim, "inside its critical section", attempt);
    workers_.reap(victim);
    if (is_enough) return true;
    cache_.workers[victim].in_section.store(0);
    workers_.start(victim);
  }
  return give_up(kNoDisaster, "no victim died inside its critical section in " +
                                  std::to_string(kMaximumAttempts) + " kills");
}

bool Supervisor::kill_reader(unsigned victim) {
  const WorkerStatus& status = cache_.workers[victim];
  for (unsigned attempt = 1; attempt <= kMaximumAttempts; ++attempt) {
    if (!wait_until([&] { return status.reading.load(std::memory_order_acquire) != 0; })) return false;
    workers_.kill_without_reaping(victim);
    const bool was_reading = status.reading.load() != 0;
    if (was_reading) tell_death(victim, "in the middle of a read", attempt);
    workers_.reap(victim);
    if (was_reading) return true;
    workers_.start(victim);
  }
  return give_up(kNoDisaster, "nobody died reading in " + std::to_string(kMaximumAttempts) + " kills");
}

bool Supervisor::kill_writer_and_recoverer(unsigned victim) {
  for (unsigned attempt = 1; attempt <= kMaximumAttempts; ++attempt) {
    const std::uint64_t recoveries_before = sum(&WorkerStatus::recoveries);
    if (!kill_writer(victim)) return false;
    bool was_killed = false;
    if (!kill_recoverer(recoveries_before, was_killed)) return false;
    if (was_killed) return true;
    std::printf("the repair was over before anybody could be killed in it; once more\n");
    for (unsigned worker = 0; worker < options_.workers; ++worker) {
      if (workers_.is_running(worker)) continue;
      cache_.workers[worker].in_section.store(0);
      cache_.workers[worker].recovering.store(0);
      cache_.workers[worker].reading.store(0);
      workers_.start(worker);
    }
  }
  return give_up(kNoDisaster, "nobody died repairing in " + std::to_string(kMaximumAttempts) + " attempts");
}

bool Supervisor::kill_recoverer(std::uint64_t recoveries_before, bool& was_killed) {
  unsigned recoverer = options_.workers;
  const auto somebody_recovers_or_is_done = [&] {
    for (unsigned worker = 0; worker < options_.workers; ++worker) {
      if (cache_.workers[worker].recovering.load(std::memory_order_acquire) != 0) recoverer = worker;
    }
    return recoverer < options_.workers || sum(&WorkerStatus::recoveries) > recoveries_before;
  };
  if (!wait_until(somebody_recovers_or_is_done)) return false;
  if (recoverer == options_.workers) return true;
  workers_.kill_without_reaping(recoverer);
  // The flag is up only between stamping the lock word and releasing it, so it is proof.
  const std::uint32_t repairing = cache_.workers[recoverer].recovering.load();
  was_killed = repairing != 0;
  if (was_killed || died_holding_lock(recoverer)) note_half_written_entries();
  if (was_killed) {
    tell_death(recoverer,
               repairing == kByReader ? "in the middle of the repair by its reader"
                                      : "in the middle of the repair by its writer",
               1);
  }
  workers_.reap(recoverer);
  return true;
}

template <class Condition>
bool Supervisor::wait_until(Condition condition) {
  // What is waited for lasts from tens to hundreds of microseconds. Whoever yields to busy threads may be
  // away for a whole time slice, and on a single processor always is, until the worker has finished what it
  // should die in (measured: 758 hunts for a repairer, none successful). A process that wakes from a short
  // sleep gets the processor back in between. So: poll, and now and then sleep.
  constexpr unsigned kPollsBetweenSleeps = 4096;  // a few dozen microseconds
  constexpr timespec kSleep{0, 50'000};
  for (unsigned poll = 1; !condition(); ++poll) {
    if (poll % kPollsBetweenSleeps != 0) continue;
    if (workers_.has_unexpected_end(problem_)) return give_up(kWrongResult, problem_);
    ::nanosleep(&kSleep, nullptr);
  }
  return true;
}

/// Asked while the victim is a zombie. With a pid in the lock word the word itself tells; the bare lock's 1
/// could be anybody's, so there the victim's last status does.
bool Supervisor::died_holding_lock(unsigned victim) const {
  if (options_.variant.lock == LockKind::bare) return cache_.workers[victim].in_section.load() != 0;
  return cache_.lock_word.load() == static_cast<std::uint32_t>(workers_.pid(victim));
}

/// Asked while a zombie holds the lock, so nobody writes.
void Supervisor::note_half_written_entries() {
  EntryCopy copy;
  for (std::uint32_t index = 0; index < cache_.entries_in_use.load(); ++index) {
    copy_entry(cache_.entries[index], copy);
    if (!copy.is_empty() && !copy.has_right_checksum()) half_written_.insert(index);
  }
}

/// Likewise.
bool Supervisor::is_torn(std::uint32_t index) const {
  EntryCopy copy;
  copy_entry(cache_.entries[index], copy);
  return copy.is_torn();
}

/// Likewise, and the zombie is `victim`.
bool Supervisor::is_the_wanted_death(unsigned victim) const {
  switch (options_.variant.disaster) {
    case Disaster::kill_writer_in_entry:
      return is_torn(cache_.workers[victim].entry.load());
    case Disaster::kill_writer_at_even:
      return cache_.sequence.load() % 2 == 0;
    case Disaster::kill_writers:
    case Disaster::kill_writer:
    case Disaster::kill_writer_and_recoverer:
    case Disaster::kill_only_writer:
    case Disaster::kill_reader:
    case Disaster::document_too_long:
      return true;
  }
  return true;
}

/// Only into the buffer: a write now would wake whoever reads our output, and the hunt would lose its
/// processor to it.
void Supervisor::tell_death(unsigned victim, const char* place, unsigned attempt) const {
  const std::uint64_t sequence = cache_.sequence.load();
  const std::uint32_t entry = cache_.workers[victim].entry.load();
  std::printf("worker %u (pid %d) died %s (kill %u): lock word %" PRIu32 ", sequence %" PRIu64
              " (%s), entry %" PRIu32 " %s\n",
              victim, static_cast<int>(workers_.pid(victim)), place, attempt, cache_.lock_word.load(),
              sequence, sequence % 2 != 0 ? "odd" : "even", entry,
              half_written_.contains(entry) ? "half written" : "whole");
}

/// What is wrong after all survivors did their work; empty if nothing is.
std::string Supervisor::find_fault() const {
  const std::uint64_t torn = sum(&WorkerStatus::torn_reads);
  if (torn != 0) {
    return std::to_string(torn) +
           " reads gave the application an entry whose beginning and end are of different documents";
  }
  for (std::uint32_t index = 0; index < cache_.entries_in_use.load(); ++index) {
    const bool may_be_refused =
        half_written_.contains(index) || is_too_long_for_cache(options_.variant.disaster, index);
    if (cache_.entries[index].refused.load() != 0 && !may_be_refused) {
      return "entry " + std::to_string(index) + " had a wrong checksum although nobody left it half written";
    }
  }
  if (cache_.lock_word.load() != kFree) return "the lock is still taken";
  if (cache_.sequence.load() % 2 != 0) return "the sequence is still odd";
  return {};
}

std::uint64_t Supervisor::sum(SharedWord WorkerStatus::*counter) const {
  std::uint64_t total = 0;
  for (const WorkerStatus& status : cache_.workers)
    total += (status.*counter).load(std::memory_order_relaxed);
  return total;
}

void Supervisor::tell_ok() const {
  std::uint64_t refused = 0;
  for (std::uint32_t index = 0; index < cache_.entries_in_use.load(); ++index) {
    refused += cache_.entries[index].refused.load();
  }
  std::printf(
      "ok: %u of %u workers survived and did their work; lock recovered %" PRIu64 " times; %" PRIu64
      " writes (%" PRIu64 " given up), %" PRIu64 " reads, %" PRIu64 " reads refused a half-written entry\n",
      options_.workers - deaths(options_.variant.disaster), options_.workers, sum(&WorkerStatus::recoveries),
      sum(&WorkerStatus::writes), sum(&WorkerStatus::failed_writes), sum(&WorkerStatus::reads), refused);
}

}  // namespace shm_spinlock
