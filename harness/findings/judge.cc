// How a run is judged, in one screen:
//
//   interrupted                          no result
//   read all reports, once each          report files, then standard error, then standard output
//   a report of the subject's own crash  crash, whatever came after it (deadline, tool failure, exit code 0)
//   out of memory, tool failure          infra: the run says nothing about the subject
//   the schedule that did not act        infra
//   the schedule that proved a deadlock  hang, at once
//   death by a signal that was not ours  crash
//   the deadline                         hang
//   race, leak, oracle                   fail
//
// What the user suppressed is taken out last, when it has explained what it explains (the exit code of a
// runtime that reports, the output of a run that died of it): the outcome is that of everything else.
//
// Infra stands first among the outcomes because such a run says nothing. A run that printed a complete
// memory-error report does say something, so a later failure of its tool or of the machine does not hide it.

#include "harness/findings/judge.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/findings/report_grammars.h"
#include "harness/findings/report_parser.h"
#include "harness/findings/sanitizer_options.h"
#include "harness/findings/signal_words.h"
#include "harness/findings/signature.h"

namespace repro::findings {
namespace {

Finding plain_finding(FindingSource source, std::string kind, Outcome implies, std::string message) {
  Finding finding;
  finding.source = source;
  finding.kind = std::move(kind);
  finding.implies = implies;
  finding.message = std::move(message);
  return finding;
}

/// The two kept ends of a stream are read apart: what was dropped in between must not join two reports.
void read_stream(const CapturedStream& stream, std::vector<Finding>& findings) {
  const auto read = [&](std::string_view text) {
    for (Finding& finding : parse_reports(text)) findings.push_back(std::move(finding));
  };
  if (stream.dropped_bytes() == 0) {
    read(stream.tail.empty() ? stream.head : stream.head + stream.tail);
  } else {
    read(stream.head);
    read(stream.tail);
  }
}

std::vector<Finding> read_reports(const ProcessResult& run) {
  std::vector<Finding> findings;
  for (const ReportFile& file : run.report_files) {
    for (Finding& finding : parse_reports(file.text)) {
      if (!finding.pid && file.pid != 0) finding.pid = file.pid;
      findings.push_back(std::move(finding));
    }
  }
  read_stream(run.standard_error, findings);
  read_stream(run.standard_output, findings);
  return findings;
}

bool is_sanitizer(FindingSource source) {
  return source == FindingSource::address_sanitizer || source == FindingSource::hwaddress_sanitizer ||
         source == FindingSource::thread_sanitizer || source == FindingSource::undefined_sanitizer ||
         source == FindingSource::leak_sanitizer || source == FindingSource::memory_sanitizer;
}

bool says_why_it_aborts(FindingSource source) {
  return source == FindingSource::glibc || source == FindingSource::cxx_runtime ||
         source == FindingSource::assertion;
}

/// What names the reason of the abort that ended the run; null when nothing does.
Finding* reason_of_abort(std::vector<Finding>& findings) {
  const auto reason = std::find_if(findings.rbegin(), findings.rend(),
                                   [](const Finding& finding) { return says_why_it_aborts(finding.source); });
  return reason == findings.rend() ? nullptr : &*reason;
}

/// abort() under handle_abort=1 leaves two texts: who aborted and why, and the runtime's stack of the
/// SIGABRT. They are one event: the stack joins the reason.
void join_abort_stacks(std::vector<Finding>& findings) {
  const auto is_stack = [](const Finding& finding) {
    const bool is_handler = is_sanitizer(finding.source) || finding.source == FindingSource::signal ||
                            finding.source == FindingSource::python;
    return is_handler && is_abort_kind(finding.kind) && !finding.stacks.empty();
  };
  Finding* reason = reason_of_abort(findings);
  const auto stack = std::find_if(findings.begin(), findings.end(), is_stack);
  if (reason == nullptr || stack == findings.end()) return;
  reason->stacks.insert(reason->stacks.end(), stack->stacks.begin(), stack->stacks.end());
  findings.erase(stack);
}

/// A traceback that was printed and handled says nothing: it is kept only next to what failed.
void drop_handled_exceptions(std::vector<Finding>& findings) {
  const auto is_traceback = [](const Finding& finding) {
    return finding.source == FindingSource::python && finding.kind == "uncaught-exception";
  };
  const bool has_failure = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.implies != Outcome::ok && !is_traceback(finding);
  });
  if (!has_failure) std::erase_if(findings, is_traceback);
}

/// A deadly signal is announced on standard error before the report is begun. With log_path the two are in
/// different files, and another thread's report may be under way already: the announcement says nothing that
/// the report does not.
void drop_announcements(std::vector<Finding>& findings) {
  const auto is_announcement = [](const Finding& finding) {
    return is_sanitizer(finding.source) && finding.kind == "deadly-signal" && finding.stacks.empty();
  };
  const auto is_report = [&](const Finding& finding) {
    return is_sanitizer(finding.source) && finding.implies == Outcome::crash && !is_announcement(finding);
  };
  if (std::none_of(findings.begin(), findings.end(), is_report)) return;
  std::erase_if(findings, is_announcement);
}

/// Whether the fault lies in the runtime itself: its own frames are on top and it was not called by the
/// subject with a bad argument (a wrapper of libc, an instrumented access).
bool is_tool_crash(const Finding& finding, const FrameRules& rules) {
  if (!is_sanitizer(finding.source) || !is_deadly_signal_kind(finding.kind)) return false;
  if (finding.stacks.empty() || finding.stacks.front().frames.empty()) return false;
  const std::vector<Frame>& frames = finding.stacks.front().frames;
  const auto is_tool = [&](const Frame& frame) { return classify(frame, rules) == FrameClass::tool; };
  if (!is_tool(frames.front())) return false;
  const auto caller = std::find_if_not(frames.begin(), frames.end(), is_tool);
  if (caller == frames.end()) return true;
  // Newer runtimes name their wrappers like the function they wrap (`strlen`): a name without a file.
  return is_of_subject(classify(*caller, rules)) && !caller->file.empty();
}

/// Memory that was refused says nothing about the subject's correctness.
bool is_lack_of_memory(const Finding& finding) {
  return is_sanitizer(finding.source) &&
         (finding.kind == "out-of-memory" || finding.kind == "rss-limit-exceeded");
}

void find_tool_failures(std::vector<Finding>& findings, const FrameRules& rules) {
  for (Finding& finding : findings) {
    if (is_tool_crash(finding, rules)) {
      finding.implies = Outcome::infra;
      finding.message = fmt::format("the sanitizer's runtime crashed itself: {}", finding.message);
    } else if (is_lack_of_memory(finding)) {
      finding.implies = Outcome::infra;
    }
  }
}

/// Signs, and keeps the first finding of each signature: the same report in a file and on standard error is
/// one, and so is one that a loop repeats.
std::vector<Signature> sign_all(std::vector<Finding>& findings, const FrameRules& rules) {
  std::vector<Signature> signatures;
  std::set<std::string> seen;
  std::vector<Finding> kept;
  for (Finding& finding : findings) {
    Signature signature = sign(finding, rules);
    if (!seen.insert(signature.id).second) continue;
    finding.signature = signature.id;
    signatures.push_back(std::move(signature));
    kept.push_back(std::move(finding));
  }
  findings = std::move(kept);
  return signatures;
}

/// Titles, each once. The harness's own findings cannot be suppressed: a run that says nothing stays so.
std::vector<std::string> take_suppressed(const JudgeInput& input, std::vector<Finding>& findings) {
  std::vector<std::string> titles;
  if (!input.is_suppressed) return titles;
  std::map<std::string, bool> answers;
  std::erase_if(findings, [&](const Finding& finding) {
    if (finding.source == FindingSource::harness) return false;
    const Signature signature = sign(finding, input.frame_rules);
    const auto known = answers.find(signature.id);
    if (known != answers.end()) return known->second;
    const bool is_suppressed = input.is_suppressed(finding, signature);
    answers.emplace(signature.id, is_suppressed);
    if (is_suppressed) titles.push_back(signature.title);
    return is_suppressed;
  });
  return titles;
}

bool implies(const std::vector<Finding>& findings, Outcome outcome) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& finding) { return finding.implies == outcome; });
}

/// What was seen of a process that died of this signal.
const CrashEvidence* evidence_of(const ProcessResult& run, int signal) {
  const auto found = std::find_if(run.crashes.begin(), run.crashes.end(),
                                  [&](const CrashEvidence& crash) { return crash.signal == signal; });
  return found == run.crashes.end() ? nullptr : &*found;
}

/// The signal that the run died of, or 0. A shell that started the program turns its death into an exit code
/// of 128 and the signal; that alone proves nothing, but it does where a process was seen to die of this
/// signal.
int fatal_signal(const ProcessResult& run) {
  if (const auto* died = std::get_if<Signaled>(&run.termination)) return died->signal;
  const int signal = std::get<Exited>(run.termination).code - 128;
  return signal > 0 && evidence_of(run, signal) != nullptr ? signal : 0;
}

/// A shell of the tree or a test runner says that a process died (`Segmentation fault (core dumped)`). Where
/// the whole run died of a signal the supervisor says so with more; else what was seen of the dying process
/// joins the line; next to a report of a crash the line says nothing.
void settle_bare_deaths(const ProcessResult& run, std::vector<Finding>& findings) {
  const auto is_bare = [](const Finding& finding) {
    return finding.source == FindingSource::signal && finding.stacks.empty();
  };
  const bool has_report = std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.implies == Outcome::crash && !is_bare(finding);
  });
  const bool supervisor_tells = run.stop_reason == StopReason::none && fatal_signal(run) != 0;
  if (has_report || supervisor_tells) std::erase_if(findings, is_bare);
  for (Finding& finding : findings) {
    if (!is_bare(finding)) continue;
    const auto seen = std::find_if(run.crashes.begin(), run.crashes.end(), [&](const CrashEvidence& crash) {
      return signal_name(crash.signal) == finding.kind;
    });
    if (seen != run.crashes.end()) finding.stacks = seen->stacks;
  }
}

/// Who aborted and why is one text, the stack of the SIGABRT another: they are one event.
void join_crash_evidence(const ProcessResult& run, std::vector<Finding>& findings) {
  const CrashEvidence* evidence = evidence_of(run, SIGABRT);
  Finding* reason = reason_of_abort(findings);
  if (evidence == nullptr || reason == nullptr) return;
  reason->stacks.insert(reason->stacks.end(), evidence->stacks.begin(), evidence->stacks.end());
}

/// Adds what the supervisor knows and no report says.
void add_process_findings(const JudgeInput& input, std::vector<Finding>& findings) {
  const ProcessResult& run = input.run;
  const bool has_crash = implies(findings, Outcome::crash);
  if (run.stop_reason == StopReason::lost) {
    findings.push_back(
        plain_finding(FindingSource::harness, "keeper-killed", Outcome::infra,
                      "the subject killed the process that watches over it (kill -9 of its parent?): "
                      "how it would have ended is unknown"));
  } else if (!run.schedule_problem.empty() && !has_crash) {
    findings.push_back(
        plain_finding(FindingSource::harness, "schedule", Outcome::infra, run.schedule_problem));
  } else if (run.proved_hang && !has_crash) {
    Finding hang =
        plain_finding(FindingSource::hang, run.proved_hang->verdict, Outcome::hang, run.proved_hang->summary);
    hang.stacks = run.proved_hang->stacks;
    hang.raw = run.proved_hang->text;
    findings.push_back(std::move(hang));
  } else if (run.stop_reason == StopReason::memory_limit) {
    findings.push_back(plain_finding(FindingSource::harness, "memory-limit", Outcome::infra,
                                     "stopped at the memory limit of the run (--memory-limit)"));
  } else if (run.out_of_memory) {
    findings.push_back(plain_finding(FindingSource::harness, "out-of-memory", Outcome::infra,
                                     "killed by the kernel for want of memory"));
  } else if (run.stop_reason == StopReason::deadline) {
    const std::string kind = run.hang.verdict.empty() ? "deadline" : run.hang.verdict;
    std::string message = fmt::format("did not end within {}", format_duration(input.timeout));
    if (!run.hang.summary.empty()) message += ": " + run.hang.summary;
    Finding hang = plain_finding(FindingSource::hang, kind, Outcome::hang, std::move(message));
    hang.stacks = run.hang.stacks;
    hang.raw = run.hang.text;
    findings.push_back(std::move(hang));
  } else if (const int signal = fatal_signal(run); signal != 0 && !has_crash) {
    const std::string name = signal_name(signal);
    Finding death = plain_finding(FindingSource::signal, name, Outcome::crash,
                                  fmt::format("killed by {}{}", name,
                                              signal == SIGKILL ? " (not by the harness; the kernel's memory "
                                                                  "killer does this too)"
                                                                : ""));
    if (const CrashEvidence* evidence = evidence_of(run, signal); evidence != nullptr) {
      death.message = "killed by " + evidence->summary;
      death.stacks = evidence->stacks;
      death.raw = evidence->text;
      death.pid = static_cast<int>(evidence->pid);
    }
    findings.push_back(std::move(death));
  }
}

/// The exit code that the runtime of this build chose because of a report that we have.
std::optional<int> explained_exit_code(const JudgeInput& input, const std::vector<Finding>& findings) {
  const bool has_report = std::any_of(findings.begin(), findings.end(),
                                      [](const Finding& finding) { return is_sanitizer(finding.source); });
  const auto* exited = std::get_if<Exited>(&input.run.termination);
  if (!has_report || exited == nullptr) return std::nullopt;
  if (exited->code == sanitizer_exit_code(input.sanitizer)) return exited->code;
  // The runtimes' own defaults, where the user's options or a foreign build decided: ASan, LSan, TSan, MSan.
  constexpr std::array<int, 4> kDefaults{1, 23, 66, 77};
  const bool is_default = std::find(kDefaults.begin(), kDefaults.end(), exited->code) != kDefaults.end();
  return is_default ? std::optional(exited->code) : std::nullopt;
}

/// An exit by the sanitizer's own code without any report is a fail and not infra: the detector did fire, and
/// leaving such runs out would lower the rate of a bug whose report was lost.
void explain_lost_report(const JudgeInput& input, std::vector<Finding>& findings) {
  const int code = sanitizer_exit_code(input.sanitizer);
  const auto* exited = std::get_if<Exited>(&input.run.termination);
  if (code == 0 || exited == nullptr || exited->code != code) return;
  for (Finding& finding : findings) {
    if (finding.source != FindingSource::oracle || finding.kind != "exit-code") continue;
    finding.message = fmt::format(
        "exit code {}, which the {} runtime was told to use for reports, but no report was found (log_path "
        "set by "
        "the user, or a full disk?)",
        code, to_string(input.sanitizer));
  }
}

void ask_oracles(const JudgeInput& input, std::vector<Finding>& findings) {
  if (implies(findings, Outcome::crash) || implies(findings, Outcome::infra)) return;
  // The exit code and the output of a tree that the harness ended are the harness's doing.
  if (input.run.stop_reason != StopReason::none || input.run.proved_hang) return;
  OracleVerdict verdict = input.oracle.evaluate(input.run, input.check, explained_exit_code(input, findings));
  explain_lost_report(input, verdict.findings);
  for (Finding& finding : verdict.findings) findings.push_back(std::move(finding));
  if (!verdict.infra_reason.empty()) {
    findings.push_back(plain_finding(FindingSource::harness, "oracle-cannot-tell", Outcome::infra,
                                     std::move(verdict.infra_reason)));
  }
}

Outcome weigh(const std::vector<Finding>& findings) {
  // A report of the subject's crash stands above a later failure of the tool; see the top of the file. What
  // the supervisor calls a crash (a signal without report) was only added when nothing explained the death.
  const bool has_report_of_crash = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.implies == Outcome::crash && finding.source != FindingSource::signal;
  });
  if (has_report_of_crash) return Outcome::crash;
  for (const Outcome outcome : kOutcomes) {
    if (implies(findings, outcome)) return outcome;
  }
  return Outcome::ok;
}

std::string reason_for(const JudgeInput& input, const Judgement& judgement) {
  if (judgement.findings.empty() || judgement.outcome == Outcome::ok) {
    if (judgement.suppressed.empty()) return "as expected";
    return printable(fmt::format("nothing but what is suppressed: {}", join(judgement.suppressed, "; ")));
  }
  const Finding& first = judgement.findings.front();
  const bool has_own_words = first.source == FindingSource::harness ||
                             first.source == FindingSource::signal || first.source == FindingSource::hang ||
                             first.implies == Outcome::infra;
  std::string reason = has_own_words ? first.message : judgement.signatures.front().title;
  if (judgement.outcome == Outcome::crash && input.run.stop_reason == StopReason::deadline) {
    reason += ", then it did not end";
  }
  return printable(reason);
}

}  // namespace

std::optional<Judgement> judge(const JudgeInput& input) {
  if (input.run.stop_reason == StopReason::interrupted) return std::nullopt;
  Judgement judgement;
  judgement.findings = read_reports(input.run);
  for (Finding& finding : judgement.findings) {
    if (input.complete) input.complete(finding);
  }
  join_abort_stacks(judgement.findings);
  join_crash_evidence(input.run, judgement.findings);
  drop_announcements(judgement.findings);
  settle_bare_deaths(input.run, judgement.findings);
  find_tool_failures(judgement.findings, input.frame_rules);
  add_process_findings(input, judgement.findings);
  ask_oracles(input, judgement.findings);
  drop_handled_exceptions(judgement.findings);
  judgement.suppressed = take_suppressed(input, judgement.findings);
  judgement.outcome = weigh(judgement.findings);
  std::stable_partition(judgement.findings.begin(), judgement.findings.end(),
                        [&](const Finding& finding) { return finding.implies == judgement.outcome; });
  judgement.signatures = sign_all(judgement.findings, input.frame_rules);
  judgement.reason = reason_for(input, judgement);
  return judgement;
}

}  // namespace repro::findings
