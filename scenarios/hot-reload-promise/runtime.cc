// The bug is a field. `pending_` holds a heap cell by its plain address, the heap is not told, and the run
// loop reads the cell at every tick: has the last load failed? While the load is under way the loader's own
// reference keeps the promise alive. Once it has settled there is none left, and the next collection frees
// it, unless its address happens to stand on the stack. The loop goes on reading.

#include "scenarios/hot-reload-promise/runtime.h"

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace hot_reload {

void Invariants::expect(bool holds, const char* what, unsigned reloads) {
  if (!is_checked_ || holds) return;
  if (violations_++ == 0) std::printf("violated after %u reloads: %s\n", reloads, what);
}

// --- the field

/// The repair: the one place that writes the field.
void Runtime::set_pending(Promise* promise) {
  if (promise != nullptr) heap_.protect(promise);
  if (pending_ != nullptr) heap_.unprotect(pending_);
  pending_ = promise;
}

void Runtime::store(Promise* promise) {
  switch (store_) {
    case Store::bare:
      pending_ = promise;
      break;
    case Store::setter:
    case Store::setter_twice:
      set_pending(promise);
      break;
  }
}

void Runtime::check_field() {
  if (pending_ == nullptr) return;
  const unsigned count = heap_.protect_count(pending_);
  const bool is_guarded_besides = pending_ == local_of_preload_;
  invariants_.expect(is_guarded_besides ? count > 0 : count == 1,
                     "the field is set, so its promise must be protected once for it", reloads_begun_);
}

// --- the paths that store

/// The script writes the entry module (it generates code) and at its top level awaits the reload that this
/// causes. So a tick of the loop below runs reload(), which gives the field another promise while the loop
/// goes on reading the one that it began with.
void Runtime::preload() {
  Promise* const promise = loader_.load("generate entry", TopLevelAwait::first_reload);
  local_of_preload_ = promise;
  std::optional<ProtectedScope> guard;
  if (guard_ == LocalGuard::yes) guard.emplace(heap_, promise);
  store(promise);
  editor_.request_first_save();
  while (promise->state() == PromiseState::pending) {
    tick();
    invariants_.expect(heap_.protect_count(promise) > 0,
                       "the loop reads its local after a tick, so the promise must be protected for it",
                       reloads_begun_);
  }
  local_of_preload_ = nullptr;
}

void Runtime::start() {
  is_entry_loading_ = true;
  store(loader_.load(editor_.source(), TopLevelAwait::none));
  check_field();
}

void Runtime::reload() {
  // A load that is under way is not interrupted; the change waits for it.
  if (is_entry_loading_ && pending_->state() == PromiseState::pending) return;
  is_reload_wanted_ = false;
  is_entry_loading_ = true;
  ++reloads_begun_;
  store(loader_.load(editor_.source(), TopLevelAwait::none));
  // Once this line was right: it stood before a bare store and let go of the old promise.
  if (store_ == Store::setter_twice) heap_.unprotect(pending_);
  check_field();
}

void Runtime::close() {
  store(nullptr);
  invariants_.expect(heap_.protected_cells() == 0, "nothing is stored, so nothing may be protected",
                     reloads_begun_);
}

// --- the loop

void Runtime::tick() {
  if (editor_.take_change()) is_reload_wanted_ = true;
  if (is_reload_wanted_) reload();
  loader_.finish_loads(reloads_begun_ > 0);
  answer_request();
  if (heap_.is_collection_due()) heap_.collect();
  poll();
  check_field();
}

/// What the program is for: looks up literals of the current module and builds an answer of some cells.
void Runtime::answer_request() {
  constexpr unsigned kCellsOfAnAnswer = 8;
  const Module* module = loader_.current();
  if (module == nullptr) return;
  for (unsigned i = 0; i < kCellsOfAnAnswer; ++i) {
    const auto* part = heap_.make<Text>(module->literal(answers_ + i)->c_str());
    answer_length_ += part->c_str()[0] != '\0' ? 1 : 0;
  }
  ++answers_;
  editor_.note_answer(reloads_settled_);
}

/// Has the last load failed? Every tick asks the promise itself.
void Runtime::poll() {
  switch (pending_->state()) {
    case PromiseState::pending:
      return;
    case PromiseState::fulfilled:
      reloads_settled_ = reloads_begun_;
      return;
    case PromiseState::rejected:
      reloads_settled_ = reloads_begun_;
      if (pending_ == reported_) return;
      reported_ = pending_;
      ++errors_reported_;
      std::printf("reload %u: %s\n", reloads_begun_, pending_->reason()->c_str());
      return;
  }
  // A compiler believes that this cannot be reached. The cell is another one by now.
  std::fprintf(stderr, "internal error: invalid promise state %u\n",
               static_cast<unsigned>(pending_->state()));
  std::abort();
}

}  // namespace hot_reload
