#pragma once

#include "harness/base/result.h"

namespace repro::cli {

/// Exit codes of every verb. Public interface: scripts depend on them.
enum ExitCode : int {
  kExitOk = 0,             ///< the expectation was met
  kExitInternal = 1,       ///< an error of the tool itself
  kExitUsage = 2,          ///< the request is wrong
  kExitFailuresSeen = 10,  ///< a counted run was not ok, the gate failed, a verdict of --fail-on
  kExitInconclusive = 11,  ///< not enough evidence
  kExitEnvironment = 20,   ///< this machine cannot do it
  kExitStore = 21,         ///< the campaign file is unusable
  kExitInterrupted = 130,  ///< ended by SIGINT, as shells report it
  kExitTerminated = 143,   ///< ended by SIGTERM
};

[[nodiscard]] inline int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return kExitUsage;
    case ErrorKind::environment:
      return kExitEnvironment;
    case ErrorKind::store:
      return kExitStore;
    case ErrorKind::internal:
      break;
  }
  return kExitInternal;
}

}  // namespace repro::cli
