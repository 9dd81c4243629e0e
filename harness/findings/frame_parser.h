#pragma once

// One line of a stack, in the forms that the LLVM and GCC runtimes print:
//
//   #0 0x55a1 in name(args) /src/a.cc:12:5                        LLVM, symbolised
//   #0 0x55a1 in name /src/a.cc:12                                GCC
//   #0 0x55a1 in name(args) (/build/prog+0x2d3b0) (BuildId: 8e5c) no line table
//   #0 0x55a1  (/build/prog+0x3428)                               not symbolised
//   #0 name(args) /src/a.cc:12:5 (prog+0xea442) (BuildId: a002)   ThreadSanitizer
//   #0 <null> <null> (libstdc++.so.6+0xd44a2)                     ThreadSanitizer, not symbolised

#include <optional>
#include <string_view>

#include "harness/model/finding.h"

namespace repro::findings {

struct NumberedFrame {
  std::uint64_t number = 0;
  Frame frame;
};

/// Reads `line` as a frame; nullopt when it does not begin with `#` and a number. What the rest of the line
/// does not tell stays empty.
[[nodiscard]] std::optional<NumberedFrame> parse_frame(std::string_view line);

}  // namespace repro::findings
