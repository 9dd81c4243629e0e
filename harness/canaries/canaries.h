#pragma once

// One known fault per detector, run by `repro doctor` to find out what this machine lets each build see. A
// detector that misses its canary is blind here, and its silence about a subject means nothing.
//
// Rules: each canary has exactly one fault; it happens in every run, whatever the scheduler does; nothing
// else is wrong, so a report of another kind is a fault of the tool chain; the name of the function is the
// first frame of ours in the report. Only the C library and C++ threads are used: MemorySanitizer takes
// values that come out of uninstrumented library code for uninitialised.

#include <array>
#include <string_view>

namespace canary {

int use_after_free();  ///< reads a heap block after freeing it; exits 0 where nobody looks
int leak();            ///< loses its last pointer to heap blocks
int segfault();        ///< writes to a page that it may not write to
int undefined();       ///< overflows a signed integer
int uninitialised();   ///< branches on heap memory that was never written
int race();            ///< two threads increment a plain variable without a lock
int lock_order();      ///< locks A then B, and later B then A; never blocks, so it ends
int hang();            ///< locks A then B against B then A, both threads past their first lock: never ends
int clean();           ///< threads, locks and heap, and no fault: whoever reports something is wrong

struct Canary {
  std::string_view name;  ///< the subcommand
  int (*run)();           ///< returns the exit code of the program, if it returns
};

inline constexpr std::array<Canary, 9> kCanaries{{
    {"use-after-free", use_after_free},
    {"leak", leak},
    {"segfault", segfault},
    {"undefined", undefined},
    {"uninitialised", uninitialised},
    {"race", race},
    {"deadlock", lock_order},
    {"hang", hang},
    {"clean", clean},
}};

}  // namespace canary
