#include "harness/campaign/prepared_plan.h"

#include "harness/campaign/reference.h"
#include "harness/findings/sanitizer_options.h"
#include "harness/hang/crash_stacks.h"
#include "harness/hang/diagnose.h"

namespace repro::campaign {

Result<std::unique_ptr<PreparedPlan>> PreparedPlan::create(
    Request request, const std::map<std::string, std::string>& environment, process::ProcessRunner& runner) {
  std::unique_ptr<PreparedPlan> prepared(new PreparedPlan(std::move(request)));
  const auto path = environment.find("PATH");
  const std::string symbolizer = findings::find_symbolizer(path == environment.end() ? "" : path->second);
  REPRO_ASSIGN(const findings::OracleTexts texts, read_oracle_texts(prepared->request_, environment, runner));
  fit_capture_limit(texts, prepared->request_);
  REPRO_ASSIGN(findings::Oracle oracle, findings::Oracle::create(prepared->request_.oracle, texts));
  prepared->oracle_.emplace(std::move(oracle));
  REPRO_ASSIGN(process::RunDirectory knowledge, process::RunDirectory::create());
  prepared->knowledge_.emplace(std::move(knowledge));
  REPRO_TRY(make_knowledge_files(prepared->request_, prepared->knowledge_->path()));
  ExecutionPlan& plan = prepared->plan_;
  plan.request = &prepared->request_;
  plan.oracle = &*prepared->oracle_;
  for (const Arm& arm : prepared->request_.arms) plan.environments.emplace_back(arm, environment, symbolizer);
  plan.deadline_hook = hang::diagnose;
  plan.crash_hook = hang::describe_crash;
  plan.knowledge_directory = prepared->knowledge_->path();
  return prepared;
}

}  // namespace repro::campaign
