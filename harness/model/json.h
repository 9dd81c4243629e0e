#pragma once

// The JSON forms of the model types that are stored or exported. Key names are public interface
// (docs/json.md).

#include <nlohmann/json_fwd.hpp>

#include "harness/base/result.h"
#include "harness/model/campaign.h"
#include "harness/model/finding.h"
#include "harness/model/signature.h"

namespace repro {

[[nodiscard]] nlohmann::ordered_json to_json(const Frame& frame);
[[nodiscard]] nlohmann::ordered_json to_json(const Stack& stack);
[[nodiscard]] nlohmann::ordered_json to_json(const Finding& finding);
[[nodiscard]] nlohmann::ordered_json to_json(const Signature& signature);
[[nodiscard]] nlohmann::ordered_json to_json(const Request& request);

/// Reads what to_json wrote, also from an older version of this tool (absent keys get their defaults).
/// Errors: store, naming the key that is missing or of the wrong type. The names differ by type because the
/// JSON does not say what it holds.
[[nodiscard]] Result<Request> request_from_json(const nlohmann::ordered_json& json);
[[nodiscard]] Result<Finding> finding_from_json(const nlohmann::ordered_json& json);
[[nodiscard]] Result<Signature> signature_from_json(const nlohmann::ordered_json& json);

/// Text that JSON can hold: invalid UTF-8 is replaced by U+FFFD, as a reader's decoder would.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

}  // namespace repro
