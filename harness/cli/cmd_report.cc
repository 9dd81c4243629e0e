#include <array>
#include <iostream>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/campaign/summarise.h"
#include "harness/cli/campaign_files.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/exports.h"
#include "harness/cli/options.h"
#include "harness/cli/verbs.h"
#include "harness/store/store.h"

namespace repro::cli {
namespace {

constexpr std::array kOptions{
    OptionSpec{"format", OptionKind::value, "NAME", "What",
               "markdown, html, json, csv or junit (default: by the ending of --out, else markdown)",
               Layering::flag_only},
    OptionSpec{"out", OptionKind::value, "FILE", "What", "where to write it (default '-', standard output)",
               Layering::flag_only},
    OptionSpec{"json", OptionKind::flag, "", "What", "the same as --format=json", Layering::flag_only},
};

constexpr VerbSpec kVerb{
    "report",
    "write a campaign as Markdown, HTML, JSON, CSV or JUnit XML",
    "repro report [FILE] [options]",
    "Writes what a campaign file holds in a format for people or for other tools; also while it is being\n"
    "written. Without FILE the newest campaign in repro-results. The HTML page is one file that needs no "
    "network.",
    "  repro report --out=report.html\n"
    "  repro report nightly.repro --format=markdown\n"
    "  repro report nightly.repro --format=junit --out=junit.xml\n",
    "file",
    false,
    kOptions,
};

Result<DocumentFormat> read_format(const ParsedOptions& options, const std::string& out) {
  const std::optional<std::string> wanted = options.flag("json") ? "json" : options.value("format");
  if (!wanted) return format_of_file(out).value_or(DocumentFormat::markdown);
  std::vector<std::string> names;
  for (const auto& [name, format] : kDocumentFormats) {
    if (*wanted == name) return format;
    names.emplace_back(name);
  }
  return fail(ErrorKind::usage,
              fmt::format("--format: there is no format '{}'{}; the formats are {}", printable(*wanted),
                          suggestion(*wanted, names), join(names, ", ")));
}

}  // namespace

Result<int> report_verb(const Invocation& invocation) {
  REPRO_ASSIGN(const std::optional<ParsedOptions> options, parse_options(kVerb, invocation.arguments));
  if (!options) return kExitOk;
  if (options->flag("json") && options->has("format")) {
    return fail(ErrorKind::usage, "either --json or --format, not both");
  }
  const std::string out = options->value("out").value_or("-");
  REPRO_ASSIGN(const DocumentFormat format, read_format(*options, out));
  REPRO_TRY(check_writable("--out", out));
  std::string file = options->positional;
  if (file.empty()) {
    REPRO_ASSIGN(file, newest_campaign_file());
  }
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(file));
  REPRO_ASSIGN(const CampaignSummary summary, campaign::summarise(store));
  REPRO_TRY(write_through_file(
      out, [&](std::ostream& stream) { return write_document(stream, format, summary, store); }));
  return kExitOk;
}

}  // namespace repro::cli
