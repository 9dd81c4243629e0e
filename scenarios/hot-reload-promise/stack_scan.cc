// Conservative stack scanning: the collector does not know which words of the stack are references, so it
// takes every word that equals the address of a cell for one. It can only err by keeping too much alive.
//
// Under AddressSanitizer two things need care. The words between variables are poisoned, so the loop itself
// must not be instrumented. And with detect_stack_use_after_return=1 variables live in "fake frames" on the
// heap; the real stack then holds only the address of such a frame, which the runtime resolves for us, as it
// does for the collectors of JavaScript engines.

#include "scenarios/hot-reload-promise/stack_scan.h"

#if defined(__SANITIZE_ADDRESS__)
#define HOT_RELOAD_HAS_FAKE_STACK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOT_RELOAD_HAS_FAKE_STACK 1
#endif
#endif

#ifdef HOT_RELOAD_HAS_FAKE_STACK
#include <sanitizer/asan_interface.h>
#endif

namespace hot_reload {
namespace {

using Visit = std::function<void(void*)>;

__attribute__((no_sanitize("address", "thread"))) void visit_words(void* const* begin, void* const* end,
                                                                   const Visit& visit) {
  for (void* const* word = begin; word < end; ++word) {
    visit(*word);
#ifdef HOT_RELOAD_HAS_FAKE_STACK
    void* frame_begin = nullptr;
    void* frame_end = nullptr;
    if (__asan_addr_is_in_fake_stack(__asan_get_current_fake_stack(), *word, &frame_begin, &frame_end) !=
        nullptr) {
      for (void** inner = static_cast<void**>(frame_begin); inner < static_cast<void**>(frame_end); ++inner) {
        visit(*inner);
      }
    }
#endif
  }
}

}  // namespace

// Its own frame must lie below those of all callers, and the registers that callees save must lie in it.
__attribute__((noinline, no_sanitize("address", "thread"))) void for_each_word_on_stack(const void* base,
                                                                                        const Visit& visit) {
  __builtin_unwind_init();
  visit_words(static_cast<void* const*>(__builtin_frame_address(0)), static_cast<void* const*>(base), visit);
}

}  // namespace hot_reload
