#include <array>
#include <cerrno>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/base/text.h"
#include "harness/campaign/run_environment.h"
#include "harness/campaign/version.h"
#include "harness/cli/exit_codes.h"
#include "harness/cli/verbs.h"

namespace repro::cli {
namespace {

struct Verb {
  const char* name;
  const char* summary;
  Result<int> (*run)(const Invocation&);
};

constexpr std::array<Verb, 13> kVerbs{{
    {"run", "repeat a scenario or a command, judge every run, print the table", run_verb},
    {"hunt", "search schedules until a failure is found, then confirm it", hunt_verb},
    {"replay", "run a recorded run again: does the same failure come back?", replay_verb},
    {"minimize", "shrink a controlled schedule to the few switches that matter", minimize_verb},
    {"compare", "did it help? variants or campaigns, outcome by outcome, with a verdict", compare_verb},
    {"gate", "is it rare enough now? passed, failed or inconclusive, by exit code", gate_verb},
    {"plan", "how many runs a claim needs, and how long they take", plan_verb},
    {"bisect", "the first bad revision of a failure that does not always show", bisect_verb},
    {"show", "show a campaign, one of its runs, or one of its bugs", show_verb},
    {"triage", "name and count the bugs in logs that exist already", triage_verb},
    {"report", "write a campaign as Markdown, HTML, JSON, CSV or JUnit XML", report_verb},
    {"list", "list the built-in scenarios, their variants and builds", list_verb},
    {"doctor", "is this machine able to see what it should?", doctor_verb},
}};

void print_help(std::ostream& out) {
  out << "repro reproduces, counts and names the concurrency bugs of native programs.\n\n"
         "Usage: repro VERB [options] [-- COMMAND ...]\n\nVerbs:\n";
  for (const Verb& verb : kVerbs) out << fmt::format("  {:<8} {}\n", verb.name, verb.summary);
  out << "\nEvery verb explains itself: repro VERB --help\n\n"
         "Examples:\n"
         "  repro run --sanitizer=address --runs=25                 (scenario ractor-pool-uaf)\n"
         "  repro run --sanitizer=address --runs=25 -- ./my_test\n"
         "  repro run shm-spinlock --sanitizer=plain,address,thread --runs=25\n"
         "  repro show --run=3\n"
         "  repro doctor\n";
}

Result<int> dispatch(const std::vector<std::string>& words) {
  if (words.empty()) {
    print_help(std::cerr);
    return fail(ErrorKind::usage, "which verb?");
  }
  const std::string& word = words.front();
  if (word == "--help" || word == "-h" || word == "help") {
    print_help(std::cout);
    return kExitOk;
  }
  if (word == "--version") {
    std::cout << "repro " << campaign::kToolVersion << '\n';
    return kExitOk;
  }
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) {
    if (word == verb.name) {
      return verb.run({std::span(words).subspan(1), campaign::own_environment()});
    }
    names.emplace_back(verb.name);
  }
  return fail(ErrorKind::usage, fmt::format("there is no verb '{}'{}; the verbs are {}", printable(word),
                                            suggestion(word, names), join(names, ", ")));
}

int main_of(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  Result<int> code = dispatch(words);
  errno = 0;
  std::cout.flush();
  if (code && !std::cout) {
    // A write that failed before the last one left its reason nowhere: one more tells it.
    if (errno == 0 && ::write(STDOUT_FILENO, "\n", 1) == 1) errno = EIO;
    code = fail_errno(ErrorKind::usage, "cannot write to standard output", errno == 0 ? EIO : errno);
  }
  if (!code) {
    std::cerr << "repro: " << printable(code.error().message) << '\n';
    return exit_code_of(code.error().kind);
  }
  return *code;
}

}  // namespace
}  // namespace repro::cli

int main(int argc, char** argv) { return repro::cli::main_of(argc, argv); }
