#pragma once

#include <span>

#include <sys/types.h>

#include "harness/model/evidence.h"

namespace repro::hang {

/// What the processes `pids` of one tree are stuck in. Watches them for half a second, reads the stacks of
/// all their threads and decides what kind of hang it is. Made to be a process::DeadlineHook: called at the
/// deadline, before any signal. What cannot be seen (a process that ends meanwhile, no leave to ptrace) is
/// said in the text; it never fails. Any thread; stacks are read by one caller at a time.
[[nodiscard]] HangDiagnosis diagnose(std::span<const pid_t> pids);

}  // namespace repro::hang
