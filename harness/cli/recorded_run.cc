#include "harness/cli/recorded_run.h"

#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/cli/campaign_files.h"

namespace repro::cli {

Result<std::unique_ptr<RecordedRun>> RecordedRun::open(const ParsedOptions& options,
                                                       const std::map<std::string, std::string>& environment,
                                                       process::StopRequest& stop) {
  std::vector<std::string> words = options.positionals;
  std::unique_ptr<RecordedRun> recorded(new RecordedRun);
  if (words.empty()) return fail(ErrorKind::usage, "which run? name the campaign file and the run's number");
  if (words.size() == 1) {
    REPRO_ASSIGN(recorded->file_, newest_campaign_file());
  } else {
    recorded->file_ = words.front();
  }
  const Result<std::uint64_t> index = parse_unsigned(words.back());
  if (!index) {
    return fail(ErrorKind::usage, fmt::format("'{}' is not the number of a run; repro show FILE lists them",
                                              printable(words.back())));
  }
  REPRO_ASSIGN(const store::Store store, store::Store::open_read_only(recorded->file_));
  REPRO_ASSIGN(recorded->details_, store.run(*index));
  process::SupervisorOptions supervision;
  supervision.stop = &stop;
  REPRO_ASSIGN(recorded->runner_, process::Supervisor::create(supervision));
  REPRO_ASSIGN(recorded->prepared_,
               campaign::PreparedPlan::create(store.request(), environment, *recorded->runner_));
  recorded->replayer_.emplace(recorded->prepared_->plan(), *recorded->runner_, recorded->details_);
  recorded->title_ = recorded->details_.row.reason;
  if (const std::string& id = recorded->replayer_->signature(); !id.empty()) {
    REPRO_ASSIGN(const SignatureSummary signature, store.signature(id));
    recorded->title_ = signature.signature.title;
  }
  return recorded;
}

}  // namespace repro::cli
