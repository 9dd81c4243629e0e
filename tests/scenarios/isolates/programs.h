#pragma once

// Runs the programs of the scenarios directly, without the harness.

#include <string>

#include "tests/scenarios/subject_run.h"

namespace repro::scenarios {

inline const std::string kScenarios = REPRO_TEST_BUILD_DIR "/lib/repro/scenarios";
inline const std::string kInput = kScenarios + "/ractor-pool-uaf/input";

struct Ended {
  int status = 0;  ///< as the shell reports it: 128 + signal for a crash
  std::string output;
  std::string errors;
};

inline Ended run(const std::string& command) {
  const test::SubjectRun run = test::run_subject({"/bin/sh", "-c", "timeout 60 " + command + "; exit $?"});
  // The shell reports signals as 128 + signal; it is killed itself only at the bound of run_subject.
  return {run.exit_code.value_or(-1), run.standard_output, run.standard_error};
}

inline Ended check(const std::string& build, const std::string& pool) {
  return run(kScenarios + "/ractor-pool-uaf/analyzer." + build + " check " + pool +
             " --workers=4 --memory-cache --config=" + kInput + "/analyzer.json " + kInput);
}

inline std::string sequential_output() {
  static const std::string output = check("plain", "--pool=sequential").output;
  return output;
}

}  // namespace repro::scenarios
