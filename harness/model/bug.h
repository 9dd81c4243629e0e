#pragma once

// Signatures that belong together: what one bug looks like to several detectors.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace repro {

/// Why one signature of a bug stands beside another one.
struct BugLink {
  std::string signature;  ///< id
  std::string to;         ///< id of a signature of the same bug
  std::string reason;     ///< `both in lookup (callinfo.cc)`, for people
  friend bool operator==(const BugLink&, const BugLink&) = default;
};

/// Signatures of one bug, the one that tells most first. A signature is in exactly one bug.
struct Bug {
  std::string title;                    ///< that of the first signature
  std::vector<std::string> signatures;  ///< ids
  std::vector<BugLink> links;           ///< one for each signature but the first
  /// What this bug may have to do with others, without being counted as one with them.
  std::vector<std::string> notes;
};

/// How many signatures have not been seen yet, from how often each known one was: a lower bound.
struct UnseenEstimate {
  std::uint64_t seen = 0;      ///< signatures so far
  std::uint64_t failures = 0;  ///< failing runs or findings that they come from
  double expected_more = 0;    ///< Chao1 minus those seen: at least so many more exist
  double next_is_new = 0;      ///< Good-Turing: the chance that the next failure is one of them
};

}  // namespace repro
