#pragma once

// The place of a stack that says which bug it is: its innermost frames that belong to the subject.

#include <cstddef>
#include <string>
#include <vector>

#include "harness/findings/frame_rules.h"
#include "harness/model/finding.h"

namespace repro::findings {

/// A stack as it is signed.
struct Site {
  /// What the frames are. Only `named` sites can be compared across builds: offsets are those of one binary,
  /// and a library's own frames are where many bugs end.
  enum class Basis : std::uint8_t { nothing, named, offsets, library };
  std::vector<std::string> frames;  ///< `lookup callinfo.cc`, innermost first
  std::string title;                ///< `lookup (callinfo.cc)`
  Basis basis = Basis::nothing;
  [[nodiscard]] bool is_named() const { return basis == Basis::named || basis == Basis::library; }
};

/// One frame of a stack's way through the subject.
struct CodeStep {
  std::string text;         ///< `lookup callinfo.cc`
  std::string title;        ///< `lookup (callinfo.cc)`
  std::string file;         ///< `callinfo.cc`; empty when unknown
  int line = 0;             ///< 0 when unknown
  bool is_closure = false;  ///< a lambda's body: one name for all of a file
  bool is_start = false;    ///< main and its like: below everything
};

/// All named frames of the subject, innermost first: those with a file and, where there are none, those with
/// a name. Recursion counts once. Empty when nothing of the subject is named.
[[nodiscard]] std::vector<CodeStep> code_path(const Stack& stack, const FrameRules& rules);

/// The first `depth` frames of the subject, without where it starts when there are others. Frames with a file
/// and, where there are none, frames with a name; without names, offsets within the subject's modules;
/// without any frame of the subject, the library's own.
[[nodiscard]] Site site_of(const Stack& stack, std::size_t depth, const FrameRules& rules);

/// The outermost `depth` named frames below the start of the program or thread, from the inside out.
[[nodiscard]] Site outer_site(const Stack& stack, std::size_t depth, const FrameRules& rules);

/// `lookup callinfo.cc`, as it is signed: normalised function and file name.
[[nodiscard]] std::string signed_frame(const Frame& frame);
/// `lookup (callinfo.cc)`, for people.
[[nodiscard]] std::string title_of(const Frame& frame);

/// The first stack with this role; null when there is none.
[[nodiscard]] const Stack* first_with(const Finding& finding, StackRole role);

/// Whether two accesses are told: a data race and its kin.
[[nodiscard]] bool is_race(const Finding& finding);

/// The innermost frame of the subject that has a file and a line; null when there is none.
[[nodiscard]] const Frame* first_place(const Finding& finding, const FrameRules& rules);

/// What kind of memory a race is on: `heap`, `stack`, `thread-local`, `descriptor`, `global 'counter'`; ""
/// when the report does not say.
[[nodiscard]] std::string memory_kind(const Finding& finding);

/// The racy variable of a data race as far as it has an identity in every run: `global 'counter'`, `heap
/// block allocated in make_queue (queue.cc)`, `file descriptor opened in serve (a.cc)`; "" for stack memory
/// and when nothing is told.
[[nodiscard]] std::string racy_variable(const Finding& finding, const FrameRules& rules);

}  // namespace repro::findings
