#include "scenarios/shm-spinlock/variant.h"

#include <algorithm>
#include <array>

namespace shm_spinlock {
namespace {

// Rows that belong together differ in one thing: bare/owner-pid in the lock, sentinel/owner-pid-scrub in the
// value stamped while repairing, panic-bare/panic-guard in the guard, torn-entry/owner-pid in the checksum,
// parity-blind/owner-pid-even in the repair, readers-ask/owner-pid-even and writers-ask/owner-pid-readers in
// who asks.
constexpr std::array<Variant, 15> kVariants{{
    {"bare", LockKind::bare, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer},
    {"sentinel", LockKind::sentinel, Repair::evict_torn, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_and_recoverer},
    {"owner-pid", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writers},
    {"owner-pid-scrub", LockKind::owner_pid, Repair::evict_torn, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_and_recoverer},
    {"panic-bare", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::by_hand, Trust::checksum, Disaster::document_too_long},
    {"panic-guard", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::document_too_long},
    {"torn-entry", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::blind, Disaster::kill_writer_in_entry},
    {"parity-blind", LockKind::owner_pid, Repair::next_number, Rescuers::everybody, Fetch::under_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_at_even},
    {"owner-pid-even", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::under_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_at_even},
    {"readers-ask", LockKind::owner_pid, Repair::sequence_only, Rescuers::readers, Fetch::under_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_at_even},
    {"writers-ask", LockKind::owner_pid, Repair::sequence_only, Rescuers::writers, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_only_writer},
    {"owner-pid-readers", LockKind::owner_pid, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_only_writer},
    {"reader-repairs", LockKind::owner_pid, Repair::evict_torn, Rescuers::readers, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_and_recoverer},
    {"writer-repairs", LockKind::owner_pid, Repair::evict_torn, Rescuers::writers, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_writer_and_recoverer},
    {"reader-dies", LockKind::bare, Repair::sequence_only, Rescuers::everybody, Fetch::before_lock,
     Discipline::guard, Trust::checksum, Disaster::kill_reader},
}};

}  // namespace

std::span<const Variant> all_variants() { return kVariants; }

std::optional<Variant> find_variant(std::string_view name) {
  const auto* found = std::find_if(kVariants.begin(), kVariants.end(),
                                   [&](const Variant& variant) { return variant.name == name; });
  if (found == kVariants.end()) return std::nullopt;
  return *found;
}

unsigned deaths(Disaster disaster) {
  switch (disaster) {
    case Disaster::document_too_long:
      return 0;
    case Disaster::kill_writer:
    case Disaster::kill_writer_in_entry:
    case Disaster::kill_writer_at_even:
    case Disaster::kill_only_writer:
    case Disaster::kill_reader:
      return 1;
    case Disaster::kill_writers:
    case Disaster::kill_writer_and_recoverer:
      return 2;
  }
  return 0;
}

bool only_reads(Disaster disaster, unsigned index) {
  constexpr unsigned kVictim = 0;
  if (disaster == Disaster::kill_reader) return index == kVictim;
  return disaster == Disaster::kill_only_writer && index != kVictim;
}

bool is_too_long_for_cache(Disaster disaster, std::uint32_t index) {
  return disaster == Disaster::document_too_long && index % kEntriesPerWorker == 0;
}

}  // namespace shm_spinlock
