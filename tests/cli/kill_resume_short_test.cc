#include "tests/cli/kill_resume.h"

namespace repro::cli {
namespace {

TEST_F(KillResumeTest, FiveKillsOfFortyRunsLoseNothing) { kill_and_resume(40, 5); }

}  // namespace
}  // namespace repro::cli
