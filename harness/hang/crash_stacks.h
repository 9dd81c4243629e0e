#pragma once

#include "harness/model/evidence.h"

namespace repro::hang {

/// What a process is doing that waits in the handler of a fatal signal: the signal and its cause, the mapping
/// at the address of a fault, and the stacks of all threads, that of the dying one first and without the
/// handler's own frames. Made to be a process::CrashHook. What cannot be seen is said in the text; it never
/// fails.
[[nodiscard]] CrashEvidence describe_crash(const CrashNotice& notice);

}  // namespace repro::hang
