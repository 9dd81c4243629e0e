#pragma once

// Options that mean the same under several verbs.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/cli/options.h"
#include "harness/model/sanitizer.h"

namespace repro::cli {

/// The items of a list option without doubles. Errors: usage; an empty item.
[[nodiscard]] Result<std::vector<std::string>> read_names(const ParsedOptions& options,
                                                          std::string_view name);

/// The builds of --sanitizer, empty when it was not given. Errors: usage, with what was meant.
[[nodiscard]] Result<std::vector<Sanitizer>> read_sanitizers(const ParsedOptions& options);

/// The value of an option that is one of `known`, or the first of them when it was not given. Errors: usage.
[[nodiscard]] Result<std::string> read_choice(const ParsedOptions& options, std::string_view name,
                                              const std::vector<std::string>& known);

/// --ok-exit-codes; absent when it was not given. Errors: usage; what is no exit code.
[[nodiscard]] Result<std::optional<std::vector<int>>> read_ok_exit_codes(const ParsedOptions& options);

/// The variables of --env. Errors: usage; not of the form NAME=VALUE.
[[nodiscard]] Result<std::map<std::string, std::string>> read_environment_option(
    const ParsedOptions& options);

/// The option as an absolute path of a folder that is there; empty when it was not given. Errors: usage.
[[nodiscard]] Result<std::string> existing_folder(const ParsedOptions& options, std::string_view name);

/// Likewise of a file that can be read.
[[nodiscard]] Result<std::string> readable_file(const ParsedOptions& options, std::string_view name);

}  // namespace repro::cli
