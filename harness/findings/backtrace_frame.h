#pragma once

// One line of a stack as debuggers, crash handlers and runtimes print it:
//
//   #0  0x0000555 in func (a=1) at file.c:12                      gdb; `from /lib/x.so` where no source is
//   known #0  0x00007f81 raise (libc.so.6 + 0x3dce5)                    systemd-coredump frame #0: 0x0000
//   a.out`func(x=1) at file.c:12:5               lldb
//       @     0x55aa83 func                                       glog, abseil, folly
//   ./prog(func+0x12) [0x401234]                                  backtrace_symbols(3)
//    0# func at /src/a.cc:70                                      Boost.Stacktrace
//   #3  Source "file.c", line 12, in main                         backward-cpp
//   #00 pc 0000000000012345  /system/lib/libc.so (func+12)        Android
//    0  libxul.so!mozilla::foo(int) [file.cpp:abc123 : 123 + 0x5] Breakpad
//    1: 0x7ff node::Abort() [node]                                node
//   1   0x10f WTFCrash                                            JavaScriptCore
//      2: core::panicking::panic_fmt                              Rust
//   ==7==    at 0x4C: func (file.c:12)                            Valgrind (without its mark)
//
// and the sanitizers' own form (frame_parser.h), which LLVM's and Chromium's handlers share.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/findings/frame_parser.h"

namespace repro::findings {

/// Reads `line` as a frame. The number is that of the line, or 0 where the form has none.
[[nodiscard]] std::optional<NumberedFrame> parse_backtrace_frame(std::string_view line);

/// Whether `line` continues the frame above it with its source, as Rust, folly and elfutils print it; sets
/// `frame`'s file and line then.
bool take_source_line(std::string_view line, Frame& frame);

/// The frames of `lines` from `at` on, up to the first line that is none; `at` then stands there. At most 256
/// are kept. A frame that says nothing at all (a signal handler's) is left out.
[[nodiscard]] std::vector<Frame> read_backtrace(const std::vector<std::string_view>& lines, std::size_t& at);

/// `file:12` or `file:12:5` into `frame`.
void take_file_and_line(std::string_view text, Frame& frame);

}  // namespace repro::findings
