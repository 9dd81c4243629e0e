#pragma once

#include <string>

#include "harness/base/clock.h"
#include "harness/base/result.h"

namespace repro::cli {

/// Where campaigns go when no --out says otherwise: `repro-results/TITLE-YYYYMMDD-HHMMSS.repro` in the
/// current folder, with a number when that exists. Makes the folder. Errors: usage, when it cannot be made.
[[nodiscard]] Result<std::string> default_campaign_file(const std::string& title, nanoseconds unix_time);

/// Whether a campaign can be started in `path`: its folder takes new files and nothing of another campaign is
/// in the way. Asked before anything is run, so that nobody waits for canaries and a reference to learn it.
/// Errors: usage.
[[nodiscard]] Result<void> check_new_campaign_file(const std::string& path);

/// The campaign file in `repro-results` that was changed last. Errors: usage, when there is none.
[[nodiscard]] Result<std::string> newest_campaign_file();

/// Whether a word of the command line means a campaign file and not a variant: it ends in .repro, has a
/// slash, or is the name of a file.
[[nodiscard]] bool looks_like_campaign_file(const std::string& word);

}  // namespace repro::cli
