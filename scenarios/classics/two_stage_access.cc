// An update in two stages, each under the lock of what it touches. Whoever looks between the stages sees one
// half new and one half old; no access is unprotected, so no race is reported. Repaired: both locks for both
// stages.

#include <mutex>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

struct Half {
  std::mutex mutex;
  int version = 0;
};

struct Pair {
  Half index;
  Half data;
};

int version_of(Half& half) {
  const std::lock_guard lock(half.mutex);
  return half.version;
}

void set_version(Half& half, int version) {
  const std::lock_guard lock(half.mutex);
  half.version = version;
}

void update(Pair& pair, int version, Code code) {
  if (code == Code::broken) {
    set_version(pair.index, version);
    set_version(pair.data, version);
    return;
  }
  const std::scoped_lock both(pair.index.mutex, pair.data.mutex);
  pair.index.version = version;
  pair.data.version = version;
}

/// What the index promises, the data must have.
bool is_consistent(Pair& pair, Code code) {
  if (code == Code::broken) {
    const int promised = version_of(pair.index);
    return version_of(pair.data) >= promised;
  }
  const std::scoped_lock both(pair.index.mutex, pair.data.mutex);
  return pair.data.version >= pair.index.version;
}

}  // namespace

Verdict two_stage_access(Code code) {
  constexpr int kRounds = 20'000;
  Pair pair;
  int inconsistent = 0;
  run_together(2, [&](int who) {
    for (int round = 1; round <= kRounds; ++round) {
      if (who == 0) {
        update(pair, round, code);
      } else if (!is_consistent(pair, code)) {
        ++inconsistent;
      }
    }
  });
  return inconsistent == 0 ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
