// Any bytes as a log: scanning, parsing and signing must neither crash nor depend on how the log was cut.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/base/check.h"
#include "harness/findings/report_parser.h"
#include "harness/findings/signature.h"

namespace {

using repro::Finding;

/// The log in two pieces; the first byte says where it is cut.
std::vector<Finding> parse_in_pieces(std::string_view text) {
  std::vector<Finding> findings;
  repro::findings::ReportScanner scanner([&](Finding finding) { findings.push_back(std::move(finding)); });
  const std::size_t cut = text.empty() ? 0 : static_cast<unsigned char>(text[0]) * text.size() / 256;
  scanner.feed(text.substr(0, cut));
  scanner.feed(text.substr(cut));
  scanner.finish();
  return findings;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<Finding> whole = repro::findings::parse_reports(text);
  const std::vector<Finding> pieces = parse_in_pieces(text);
  REPRO_CHECK(whole.size() == pieces.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    REPRO_CHECK(whole[i].raw == pieces[i].raw);
    REPRO_CHECK(!whole[i].kind.empty());
    const repro::Signature signature = repro::findings::sign(whole[i]);
    REPRO_CHECK(signature.id == repro::findings::sign(pieces[i]).id);
    REPRO_CHECK(signature.id.size() == 15);
  }
  return 0;
}
