#include "harness/schedule/preload/controlled/profile.h"

#include "harness/schedule/preload/controlled/raw.h"
#include "harness/schedule/preload/controlled/trace.h"

namespace repro::schedule::controlled {
namespace {

constexpr std::uint64_t kProfileMagic = 0x31666f7270706572;  ///< "repprof1" read as bytes
constexpr std::uint32_t kSharedAddresses = 1U << 13U;
constexpr std::uint32_t kThreadCounts = 1U << 17U;
constexpr std::uint32_t kSites = 1U << 18U;
/// What is known of the code at a site, by the hash of its address.
constexpr std::uint8_t kSiteSeen = 1;
constexpr std::uint8_t kSiteShared = 2;
/// Tables are probed so far; what finds no place is not counted.
constexpr std::uint32_t kProbes = 32;

struct SharedAddress {
  std::uint64_t address;
  std::uint64_t accesses;
};

struct ThreadCount {
  std::uint64_t key;  ///< of address and creation path
  std::uint64_t accesses;
};

struct Profile {
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t lock;  ///< pid of who writes
  std::uint64_t runs;
  std::uint64_t chances;  ///< running mean
  SharedAddress addresses[kSharedAddresses];
  ThreadCount counts[kThreadCounts];
  std::uint8_t sites[kSites];
};
static_assert(sizeof(Profile) <= kProfileBytes);

/// This run's own counts.
struct Access {
  std::uint64_t address;
  std::uint32_t thread;  ///< + 1
  std::uint32_t count;
  std::uint32_t sites[4];  ///< + 1
  bool has_writes;
};
constexpr std::uint32_t kAccesses = 1U << 16U;

Profile* profile = nullptr;
Access accesses[kAccesses];
std::uint64_t lonely_accesses = 0;
constexpr std::uint64_t kLonelyAccesses = 1'000'000;

std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t count_key(std::uint64_t address, std::uint64_t path_hash) {
  return mix(address ^ path_hash) | 1U;
}

bool lock_profile() {
  const auto self = static_cast<std::uint32_t>(raw::system_call(SYS_getpid));
  for (int attempt = 0; attempt < 1000; ++attempt) {
    std::uint32_t nobody = 0;
    if (__atomic_compare_exchange_n(&profile->lock, &nobody, self, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
      return true;
    }
    // Whoever was killed while it wrote left the lock behind; half a merge harms nothing.
    if (raw::system_call(SYS_kill, nobody, 0) == -3 /* ESRCH */) {
      __atomic_compare_exchange_n(&profile->lock, &nobody, 0, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
      continue;
    }
    raw::futex_wait(&profile->lock, nobody, 1'000'000);
  }
  return false;
}

SharedAddress* shared_entry(std::uint64_t address) {
  const std::uint64_t start = mix(address);
  for (std::uint32_t i = 0; i < kProbes; ++i) {
    SharedAddress& entry = profile->addresses[(start + i) % kSharedAddresses];
    if (entry.address == address) return &entry;
    if (entry.address == 0) {
      entry.address = address;
      return &entry;
    }
  }
  return nullptr;
}

/// Counts are of the latest run that had any: programs take different paths, and the last one is as good a
/// guess.
void set_count(std::uint64_t key, std::uint64_t amount) {
  for (std::uint32_t i = 0; i < kProbes; ++i) {
    ThreadCount& entry = profile->counts[(key + i) % kThreadCounts];
    if (entry.key != key && entry.key != 0) continue;
    entry.key = key;
    if (amount == 0) {
      entry.accesses = 0;
    } else {
      entry.accesses += amount;
    }
    return;
  }
}

/// Calls `visit(address, first entry, end)` for the run of entries of one address that two threads touched.
bool is_shared(const Access& access) {
  bool has_other = false;
  bool has_writes = false;
  const std::uint64_t start = mix(access.address);
  for (std::uint32_t i = 0; i < kProbes; ++i) {
    const Access& entry = accesses[(start + i) % kAccesses];
    if (entry.thread == 0) break;
    if (entry.address != access.address) continue;
    has_other = has_other || entry.thread != access.thread;
    has_writes = has_writes || entry.has_writes;
  }
  return has_other && has_writes;
}

void merge_accesses() {
  for (const Access& access : accesses) {
    if (access.thread == 0 || !is_shared(access)) continue;
    for (std::uint32_t id = access.thread - 1; id != kNoThread; id = g.threads[id].parent) {
      set_count(count_key(access.address, g.threads[id].path_hash), 0);
    }
    if (SharedAddress* entry = shared_entry(access.address); entry != nullptr) entry->accesses = 0;
  }
  for (const Access& access : accesses) {
    if (access.thread == 0 || !is_shared(access)) continue;
    for (std::uint32_t id = access.thread - 1; id != kNoThread; id = g.threads[id].parent) {
      set_count(count_key(access.address, g.threads[id].path_hash), access.count);
    }
    if (SharedAddress* entry = shared_entry(access.address); entry != nullptr)
      entry->accesses += access.count;
  }
}

void merge_sites() {
  for (const Access& access : accesses) {
    if (access.thread == 0) continue;
    const bool shared = is_shared(access);
    for (const std::uint32_t site : access.sites) {
      if (site != 0) profile->sites[site - 1] |= shared ? kSiteSeen | kSiteShared : kSiteSeen;
    }
  }
}

/// A site beyond the four that an entry holds is taken for shared.
void add_site(Access& access, std::uint32_t index) {
  for (std::uint32_t& site : access.sites) {
    if (site == index + 1) return;
    if (site == 0) {
      site = index + 1;
      return;
    }
  }
  profile->sites[index] |= kSiteShared;
}

void move_mean(std::uint64_t& mean, std::uint64_t value, std::uint64_t runs) {
  // Of the last eight or so: a program under test changes its length with the schedule.
  const std::uint64_t weight = runs < 8 ? runs + 1 : 8;
  mean = (mean * (weight - 1) + value + weight - 1) / weight;
}

}  // namespace

const char* open_profile(const char* path) {
  if (path == nullptr) return nullptr;
  profile = static_cast<Profile*>(raw::map_file(path, kProfileBytes, true, g.profile_place));
  if (profile == nullptr) return "cannot map the profile";
  if (profile->magic == 0) {
    profile->version = kProtocolVersion;
    __atomic_store_n(&profile->magic, kProfileMagic, __ATOMIC_RELEASE);
  }
  if (profile->magic != kProfileMagic || profile->version != kProtocolVersion) return "is of another version";
  return nullptr;
}

void forget_profile() { profile = nullptr; }

void save_profile() {
  if (profile == nullptr || g.chances == 0 || !lock_profile()) return;
  move_mean(profile->chances, g.chances, profile->runs);
  ++profile->runs;
  merge_accesses();
  merge_sites();
  __atomic_store_n(&profile->lock, 0, __ATOMIC_RELEASE);
}

bool note_access(const Thread& thread, std::uint64_t address, bool is_write, std::uintptr_t site) {
  if (profile == nullptr || address == 0) return false;
  const auto site_index = static_cast<std::uint32_t>(mix(site) % kSites);
  const bool is_local = profile->sites[site_index] == kSiteSeen;
  const std::uint64_t start = mix(address);
  for (std::uint32_t i = 0; i < kProbes; ++i) {
    Access& entry = accesses[(start + i) % kAccesses];
    if (entry.thread == 0) {
      entry.address = address;
      entry.thread = thread.id + 1;
    } else if (entry.address != address || entry.thread != thread.id + 1) {
      continue;
    }
    ++entry.count;
    entry.has_writes = entry.has_writes || is_write;
    add_site(entry, site_index);
    return is_local;
  }
  return is_local;
}

void note_lonely_access(const Thread& thread, std::uint64_t address, bool is_write, std::uintptr_t site) {
  if (lonely_accesses++ < kLonelyAccesses) note_access(thread, address, is_write, site);
}

std::uint64_t profiled_chances() { return profile == nullptr ? 0 : profile->chances; }

std::uint64_t draw_shared_address(std::uint64_t draw) {
  if (profile == nullptr) return 0;
  std::uint64_t total = 0;
  for (const SharedAddress& entry : profile->addresses) total += entry.accesses;
  if (total == 0) return 0;
  std::uint64_t left = draw % total;
  for (const SharedAddress& entry : profile->addresses) {
    if (left < entry.accesses) return entry.address;
    left -= entry.accesses;
  }
  return 0;
}

std::uint64_t profiled_accesses(std::uint64_t address, std::uint64_t path_hash) {
  if (profile == nullptr) return 0;
  const std::uint64_t key = count_key(address, path_hash);
  for (std::uint32_t i = 0; i < kProbes; ++i) {
    const ThreadCount& entry = profile->counts[(key + i) % kThreadCounts];
    if (entry.key == key) return entry.accesses;
    if (entry.key == 0) break;
  }
  return 0;
}

}  // namespace repro::schedule::controlled
