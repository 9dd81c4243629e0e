// "Is the name free? Then take it." Question and act are each under the lock, so there is no data race and
// ThreadSanitizer is content; but between them another thread takes the name. Repaired: one lock around both.

#include <mutex>
#include <unordered_set>

#include "scenarios/classics/classic.h"

namespace classics {
namespace {

class Register {
 public:
  bool is_free(int name) {
    const std::lock_guard lock(mutex_);
    return !names_.contains(name);
  }
  void take(int name) {
    const std::lock_guard lock(mutex_);
    names_.insert(name);
  }
  bool take_if_free(int name) {
    const std::lock_guard lock(mutex_);
    return names_.insert(name).second;
  }

 private:
  std::mutex mutex_;
  std::unordered_set<int> names_;
};

bool sign_up(Register& names, int name, Code code) {
  if (code == Code::repaired) return names.take_if_free(name);
  if (!names.is_free(name)) return false;
  names.take(name);
  return true;
}

}  // namespace

Verdict check_then_act(Code code) {
  constexpr int kNames = 5'000;
  Register names;
  int taken[2] = {0, 0};
  run_together(2, [&](int who) {
    int mine = 0;
    for (int name = 0; name < kNames; ++name) mine += sign_up(names, name, code) ? 1 : 0;
    taken[who] = mine;
  });
  return taken[0] + taken[1] == kNames ? Verdict::right : Verdict::wrong;
}

}  // namespace classics
