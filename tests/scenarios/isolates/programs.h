#pragma once

// Runs the programs of the scenarios directly, without the harness.

#include <array>
#include <cstdio>
#include <string>

#include <sys/wait.h>

namespace repro::scenarios {

inline const std::string kScenarios = REPRO_TEST_BUILD_DIR "/lib/repro/scenarios";
inline const std::string kInput = kScenarios + "/ractor-pool-uaf/input";

struct Ended {
  int status = 0;  ///< as the shell reports it: 128 + signal for a crash
  std::string output;
  std::string errors;
};

inline std::string read_all(FILE* stream) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), stream)) > 0;) {
    text.append(buffer.data(), got);
  }
  return text;
}

/// Standard error goes to a file that nobody but this process has a name for.
inline Ended run(const std::string& command) {
  FILE* errors = std::tmpfile();
  if (errors == nullptr) return {.status = -1, .output = {}, .errors = "no temporary file"};
  const std::string redirected = "exec 2>&" + std::to_string(::fileno(errors)) + "; timeout 60 " + command;
  FILE* pipe = ::popen(redirected.c_str(), "r");
  if (pipe == nullptr) return {.status = -1, .output = {}, .errors = "no shell"};
  Ended ended;
  ended.output = read_all(pipe);
  const int status = ::pclose(pipe);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::rewind(errors);
  ended.errors = read_all(errors);
  (void)std::fclose(errors);
  return ended;
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
