#include "tests/cli/kill_resume.h"

namespace repro::cli {
namespace {

TEST_F(KillResumeTest, FiftyKillsOfTwoHundredRunsLoseNothing) { kill_and_resume(200, 50); }

}  // namespace
}  // namespace repro::cli
