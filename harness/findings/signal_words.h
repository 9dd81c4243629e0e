#pragma once

// Signals as programs spell them: `SIGSEGV`, `Segmentation fault`, `signal 11`, `11 (SEGV)`.

#include <string>
#include <string_view>

namespace repro::findings {

/// The name (`SIGSEGV`) of the first fatal signal that `text` names; "" when it names none.
[[nodiscard]] std::string signal_named_in(std::string_view text);

/// Whether `kind` is a signal with which a program ends itself because something else was found: SIGABRT, or
/// the same as the sanitizers and CPython name it.
[[nodiscard]] bool is_abort_kind(std::string_view kind);

}  // namespace repro::findings
