#pragma once

// The fields that scenario.json and the repro.json of a user's project have in common. Each reading function
// fails (usage) with `FILE:LINE: what is wrong`.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/campaign/located_json.h"
#include "harness/model/campaign.h"
#include "harness/model/outcome.h"

namespace repro::campaign {

using Placeholders = std::span<const std::string_view>;

/// `; did you mean 'X'?`, or all that there is to choose from.
[[nodiscard]] std::string hint(std::string_view word, const std::vector<std::string>& known);

/// The builds that a file may name.
[[nodiscard]] std::vector<std::string> build_names();

/// Names appear in file names, option lists (split at commas) and tables.
[[nodiscard]] bool is_name(std::string_view text);
[[nodiscard]] bool is_one_line(std::string_view text);

/// `text` with each of `values`' keys, such as `${folder}`, replaced by its value.
[[nodiscard]] std::string expand(std::string text, const std::map<std::string, std::string>& values);

/// That the member `name`, which must be there, can be one.
[[nodiscard]] Result<void> check_name_field(const ObjectReader& fields);
[[nodiscard]] Result<std::string> read_line_field(const ObjectReader& fields, std::string_view key);
/// That `text` holds no `${...}` but those of `known`.
[[nodiscard]] Result<void> check_placeholders(const ObjectReader& fields, const LocatedJson& text,
                                              Placeholders known);
/// Strings in which placeholders will be replaced; empty when absent.
[[nodiscard]] Result<std::vector<std::string>> read_expandable_field(const ObjectReader& fields,
                                                                     std::string_view key,
                                                                     Placeholders known);
/// The member `environment`: names and values; empty when absent.
[[nodiscard]] Result<std::map<std::string, std::string>> read_environment_field(const ObjectReader& fields,
                                                                                const std::string& file,
                                                                                Placeholders known);
/// The member `expect`: `"hang"` or `["crash", "hang"]`; empty when absent.
[[nodiscard]] Result<std::vector<Outcome>> read_expect_field(const ObjectReader& fields);
/// The member `oracle`; the exit code alone when absent.
[[nodiscard]] Result<OracleSpec> read_oracle_field(const ObjectReader& fields, const std::string& file,
                                                   Placeholders known);

}  // namespace repro::campaign
