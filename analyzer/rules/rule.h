#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "analyzer/infer/evaluator.h"
#include "analyzer/report/diagnostic.h"

namespace analyzer::rules {

/// One file being checked. `evaluator` belongs to the worker.
struct FileContext {
  const infer::Project& project;
  infer::Evaluator& evaluator;
  const infer::FileUnit& unit;
  std::uint32_t index = 0;
};

/// A call whose receiver is known.
struct CallContext {
  const FileContext& file;
  const infer::Call& call;
  const infer::Type& receiver;
};

/// A rule without state between files. Speaks only where it is sure: every possibility of the receiver must
/// agree.
class Rule {
 public:
  Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
  virtual ~Rule() = default;

  [[nodiscard]] virtual std::string_view id() const = 0;
  virtual void check_file(const FileContext& file, std::vector<Diagnostic>& diagnostics) const {
    static_cast<void>(file);
    static_cast<void>(diagnostics);
  }
  virtual void check_call(const CallContext& call, std::vector<Diagnostic>& diagnostics) const {
    static_cast<void>(call);
    static_cast<void>(diagnostics);
  }
};

/// All built-in rules, in a fixed order.
[[nodiscard]] std::vector<std::unique_ptr<Rule>> make_rules();
/// Their ids and the ids of what the session itself reports, sorted.
[[nodiscard]] std::vector<std::string_view> rule_ids();

}  // namespace analyzer::rules
