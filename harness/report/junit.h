#pragma once

#include <ostream>
#include <vector>

#include "harness/model/finding.h"
#include "harness/model/summary.h"

namespace repro::report {

/// JUnit XML: one test case per arm, in the dialect of Maven Surefire that Jenkins, GitLab and GitHub's
/// readers share.
///
/// An arm whose runs were all ok passes. One with runs of both kinds, or with bad ones only, has a `failure`
/// with its rate and a `rerunFailure` for every further signature; Surefire's `flakyFailure` would count it
/// as passed, and a test that fails once in 200 runs is what is looked for. An arm without a counted run is
/// an `error`. `examples` holds one finding for each of summary.signatures. Errors show in the state of
/// `out`.
void write_junit(std::ostream& out, const CampaignSummary& summary, const std::vector<Finding>& examples);

}  // namespace repro::report
