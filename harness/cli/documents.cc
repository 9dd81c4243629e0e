#include "harness/cli/documents.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "harness/campaign/compare.h"
#include "harness/campaign/compare_campaigns.h"
#include "harness/campaign/failure_curves.h"
#include "harness/report/csv.h"
#include "harness/report/html.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "harness/report/markdown.h"

namespace repro::cli {
namespace {

/// One report of each bug.
Result<std::vector<Finding>> examples_of(const CampaignSummary& summary, const store::Store& store) {
  std::vector<Finding> examples;
  for (const SignatureSummary& bug : summary.signatures) {
    REPRO_ASSIGN(Finding example, store.first_finding(bug.signature.id));
    examples.push_back(std::move(example));
  }
  return examples;
}

/// The schedules that `repro minimize` left for the first run of each bug.
Result<std::vector<std::string>> minimised_of(const CampaignSummary& summary, const store::Store& store) {
  std::vector<std::string> schedules;
  for (const SignatureSummary& bug : summary.signatures) {
    REPRO_ASSIGN(RunDetails run, store.run(bug.first_run));
    schedules.push_back(std::move(run.minimised));
  }
  return schedules;
}

/// Every variant against the first, as `repro compare` does; none where there is only one.
Result<std::vector<Comparison>> comparisons_of(const store::Store& store) {
  REPRO_ASSIGN(const campaign::RecordedCampaign recorded, campaign::read_recorded(store));
  const Result<std::vector<campaign::ArmPair>> pairs = campaign::select_pairs(recorded, {});
  if (!pairs) return std::vector<Comparison>{};
  return campaign::compare_pairs(*pairs, {});
}

Result<void> write_page(std::ostream& out, const CampaignSummary& summary, const store::Store& store) {
  report::HtmlContent content{summary, {}, {}, {}, {}, {}};
  REPRO_ASSIGN(content.examples, examples_of(summary, store));
  REPRO_ASSIGN(content.minimised, minimised_of(summary, store));
  REPRO_ASSIGN(content.failure_curves, campaign::failure_curves(store));
  REPRO_ASSIGN(content.comparisons, comparisons_of(store));
  std::error_code error;
  content.source_root = std::filesystem::current_path(error).string();
  return report::write_html(out, content, [&store](const auto& visit) { return store.for_each_run(visit); });
}

}  // namespace

std::optional<DocumentFormat> format_of_file(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, DocumentFormat>, 6> kEndings{{
      {".md", DocumentFormat::markdown},
      {".html", DocumentFormat::html},
      {".htm", DocumentFormat::html},
      {".json", DocumentFormat::json},
      {".csv", DocumentFormat::csv},
      {".xml", DocumentFormat::junit},
  }};
  for (const auto& [ending, format] : kEndings) {
    if (path.ends_with(ending)) return format;
  }
  return std::nullopt;
}

Result<void> write_document(std::ostream& out, DocumentFormat format, const CampaignSummary& summary,
                            const store::Store& store) {
  const report::RunSource runs = [&store](const auto& visit) { return store.for_each_run(visit); };
  switch (format) {
    case DocumentFormat::json:
      return report::write_json(out, summary, runs);
    case DocumentFormat::markdown:
      report::write_markdown(out, summary);
      return {};
    case DocumentFormat::html:
      return write_page(out, summary, store);
    case DocumentFormat::csv:
      return report::write_csv(out, summary, runs);
    case DocumentFormat::junit: {
      REPRO_ASSIGN(const std::vector<Finding> examples, examples_of(summary, store));
      report::write_junit(out, summary, examples);
      return {};
    }
  }
  return {};
}

}  // namespace repro::cli
