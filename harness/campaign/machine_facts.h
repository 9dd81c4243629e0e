#pragma once

#include "harness/model/campaign.h"

namespace repro::campaign {

/// What a published number must carry about the machine. Reads /proc and uname(2); a fact that cannot be read
/// is absent.
///
/// Keys: `kernel`, `os`, `cpu_model`, `cores` (that this process may use), `memory_bytes`, `aslr_bits`
/// (vm.mmap_rnd_bits), `aslr_mode` (kernel.randomize_va_space), `core_pattern`, `overcommit_memory`,
/// `ptrace_scope`, `glibc`, `tool_version`, `tool_compiler`. No host name and no user name: campaign files
/// are passed around.
[[nodiscard]] MachineFacts read_machine_facts();

}  // namespace repro::campaign
