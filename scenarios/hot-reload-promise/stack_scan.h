#pragma once

#include <functional>

namespace hot_reload {

/// Calls `visit` with every aligned word between here and `base` on this thread's stack, registers included.
/// Words are only words: most are no addresses, and some are left over from calls that returned long ago.
void for_each_word_on_stack(const void* base, const std::function<void(void* word)>& visit);

}  // namespace hot_reload
