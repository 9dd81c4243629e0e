#pragma once

#include <array>
#include <optional>
#include <ostream>
#include <string_view>
#include <utility>

#include "harness/base/result.h"
#include "harness/model/summary.h"
#include "harness/store/store.h"

namespace repro::cli {

/// What a campaign can be written as, besides the terminal's table.
enum class DocumentFormat : std::uint8_t { json, markdown, html, csv, junit };

/// The names of --format, each also the end of `--export-NAME`.
inline constexpr std::array<std::pair<std::string_view, DocumentFormat>, 5> kDocumentFormats{{
    {"markdown", DocumentFormat::markdown},
    {"html", DocumentFormat::html},
    {"json", DocumentFormat::json},
    {"csv", DocumentFormat::csv},
    {"junit", DocumentFormat::junit},
}};

/// The format whose usual ending `path` has: .md, .html, .json, .csv, .xml.
[[nodiscard]] std::optional<DocumentFormat> format_of_file(std::string_view path);

/// Writes a whole campaign. The HTML page shows code of files below the current folder. Errors: those of the
/// store; those of writing show in the state of `out`.
[[nodiscard]] Result<void> write_document(std::ostream& out, DocumentFormat format,
                                          const CampaignSummary& summary, const store::Store& store);

}  // namespace repro::cli
