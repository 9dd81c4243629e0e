#pragma once

#include <map>
#include <string>

#include "harness/base/result.h"
#include "harness/findings/oracle.h"
#include "harness/model/campaign.h"
#include "harness/process/runner.h"

namespace repro::campaign {

/// Reads the file of --expect and runs the command of --reference, once, without instrumentation and with the
/// environment `base`. Errors: usage, naming the option: the file cannot be read, the command cannot be
/// executed, was killed, exits with a code that is not ok, or writes more than fits.
[[nodiscard]] Result<findings::OracleTexts> read_oracle_texts(const Request& request,
                                                              const std::map<std::string, std::string>& base,
                                                              process::ProcessRunner& runner);

/// Raises the capture limit so that an output of the expected size, and a bit more, is kept whole: otherwise
/// every comparison would be of a cut text.
void fit_capture_limit(const findings::OracleTexts& texts, Request& request);

}  // namespace repro::campaign
