#include "harness/campaign/run_schedule.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/files.h"
#include "harness/base/text.h"
#include "harness/base/unique_fd.h"
#include "harness/schedule/preload/noise/report.h"
#include "harness/schedule/protocol.h"

namespace repro::campaign {
namespace {

constexpr std::string_view kPreload = "LD_PRELOAD=";
constexpr std::string_view kNoiseLibrary = "librepro-noise.so";
constexpr std::string_view kSchedulerLibrary = "librepro-schedule.so";

/// Ours comes first: it must lie below a sanitizer that is part of the program, and a preload of the user's
/// may be one.
void preload(const std::string& library, std::vector<std::string>& environment) {
  const auto found = std::find_if(environment.begin(), environment.end(),
                                  [](const std::string& entry) { return entry.starts_with(kPreload); });
  if (found == environment.end()) {
    environment.push_back(fmt::format("{}{}", kPreload, library));
    return;
  }
  const std::string before = found->substr(kPreload.size());
  *found = fmt::format("{}{}{}{}", kPreload, library, before.empty() ? "" : ":", before);
}

/// The processor for the runs of a job: one of those that the harness may use.
int processor_of(std::uint32_t job) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0) return 0;
  int left = static_cast<int>(job) % CPU_COUNT(&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<unsigned>(cpu), &allowed) && left-- == 0) return cpu;
  }
  return 0;
}

std::string frame_words(const Frame& frame) {
  if (!frame.is_symbolized()) return fmt::format("{}+{:#x}", frame.module, frame.module_offset);
  if (frame.file.empty()) return frame.function;
  const std::string_view file = frame.file;
  return fmt::format("{} ({}:{})", frame.function, file.substr(file.rfind('/') + 1), frame.line);
}

/// Whether following the holders from `start` leads back to it.
bool is_in_cycle(std::size_t start, const std::vector<ScheduleWait>& waits) {
  std::size_t at = start;
  for (std::size_t step = 0; step < waits.size(); ++step) {
    if (!waits[at].holder) return false;
    const auto next = std::find_if(waits.begin(), waits.end(), [&](const ScheduleWait& wait) {
      return wait.thread == *waits[at].holder;
    });
    if (next == waits.end()) return false;
    at = static_cast<std::size_t>(next - waits.begin());
    if (at == start) return true;
  }
  return false;
}

std::string wait_words(const ScheduleWait& wait) {
  if (wait.operation == "join" && wait.holder) {
    return fmt::format("thread {} waits for the end of thread {}", wait.thread, *wait.holder);
  }
  std::string what = fmt::format("thread {} waits in {}", wait.thread, wait.operation);
  if (!wait.object.empty()) what += fmt::format(" for {}", wait.object);
  if (wait.holder) {
    what +=
        fmt::format(", held by thread {}{}", *wait.holder, wait.holder_has_ended ? ", which has ended" : "");
  }
  return what;
}

/// What the hang is about, by the rules that are used for a tree that is looked at from outside
/// (hang/verdict.h), so that one bug has one signature: the cycle; or the locks whose holder has ended; or,
/// where nobody holds anything, all threads.
std::string choose_verdict(const std::vector<ScheduleWait>& waits, std::vector<std::size_t>& about) {
  for (std::size_t i = 0; i < waits.size(); ++i) {
    if (is_in_cycle(i, waits)) about.push_back(i);
  }
  if (!about.empty()) return "deadlock";
  for (std::size_t i = 0; i < waits.size(); ++i) {
    if (waits[i].holder_has_ended && waits[i].operation != "join") about.push_back(i);
  }
  if (!about.empty()) return "orphaned-lock";
  for (std::size_t i = 0; i < waits.size(); ++i) about.push_back(i);
  return "no-waker";
}

HangDiagnosis describe_deadlock(const ScheduleRecord& record, hang::CodeLookup& code) {
  HangDiagnosis hang;
  std::vector<std::size_t> about;
  hang.verdict = choose_verdict(record.waits, about);
  std::vector<std::string> steps;
  for (const std::size_t index : about) {
    const ScheduleWait& wait = record.waits[index];
    Stack stack;
    stack.role = StackRole::access;
    stack.thread = fmt::format("thread {}", wait.thread);
    stack.heading = wait_words(wait);
    stack.frames = frames_of(wait.site, record, code);
    steps.push_back(stack.heading);
    hang.stacks.push_back(std::move(stack));
  }
  for (const ScheduleWait& wait : record.waits) {
    hang.text += fmt::format("{}\n  at {}\n", wait_words(wait),
                             frame_words(telling_frame(frames_of(wait.site, record, code))));
    if (wait.operation != "join" && wait.holder && wait.taken_at.offset != 0) {
      hang.text +=
          fmt::format("  taken at {}\n", frame_words(telling_frame(frames_of(wait.taken_at, record, code))));
    }
  }
  const std::string_view name = hang.verdict == "no-waker"        ? "no waker"
                                : hang.verdict == "orphaned-lock" ? "orphaned lock"
                                                                  : "deadlock";
  hang.summary = fmt::format("{} (proved by the schedule: no thread can run): {}", name, join(steps, "; "));
  return hang;
}

HangDiagnosis describe_limit(const ScheduleRecord& record) {
  HangDiagnosis hang;
  hang.verdict = "step-limit";
  hang.summary = fmt::format(
      "step limit: still running after {} decisions of the schedule; a livelock, or a program that needs "
      "more",
      record.counts.decisions);
  return hang;
}

/// The scheduler's own words, from the subject's standard error.
std::string words_of_scheduler(const ProcessResult& result) {
  const std::string& text = result.standard_error.head;
  const std::size_t start = text.find(schedule::kMessagePrefix);
  if (start == std::string::npos) return "it said nothing";
  return text.substr(start, text.find('\n', start) - start);
}

}  // namespace

Result<RunSchedule> RunSchedule::create(const std::string& temporary_base) {
  REPRO_ASSIGN(process::RunDirectory folder, process::RunDirectory::create(temporary_base));
  REPRO_ASSIGN(schedule::TraceFile trace, schedule::TraceFile::create(folder.path() + "/trace"));
  return RunSchedule(std::move(folder), std::move(trace));
}

Result<void> RunSchedule::prepare(const ScheduleOrder& order, process::RunSpec& spec) {
  const bool is_controlled = order.spec.is_controlled() || order.plan != nullptr;
  const std::string library =
      fmt::format("{}/{}", library_directory(), is_controlled ? kSchedulerLibrary : kNoiseLibrary);
  if (::access(library.c_str(), R_OK) != 0) {
    return fail(ErrorKind::environment,
                fmt::format("schedule '{}' needs '{}', which is not there; reinstall repro",
                            to_string(order.spec), library));
  }
  std::vector<std::string>& environment = spec.environment;
  preload(library, environment);
  const auto set = [&](const char* name, std::string_view value) {
    environment.push_back(fmt::format("{}={}", name, value));
  };
  if (!is_controlled) {
    const std::string report = folder_.path() + "/noise";
    REPRO_TRY(write_file_atomically(report, schedule::empty_noise_report()));
    set(schedule::noise::kPercentVariable, std::to_string(order.spec.noise_percent));
    set(schedule::noise::kSeedVariable, std::to_string(order.seed));
    set(schedule::noise::kReportVariable, report);
    return {};
  }
  REPRO_TRY(trace_.clear());
  set(schedule::kStrategyVariable, order.plan != nullptr ? "replay" : to_string(order.spec));
  set(schedule::kSeedVariable, std::to_string(order.seed));
  set(schedule::kTraceVariable, trace_.path());
  set(schedule::kCpuVariable, std::to_string(processor_of(order.job)));
  if (!order.knowledge.empty()) set(schedule::kProfileVariable, order.knowledge);
  if (order.plan != nullptr) {
    const std::string plan = folder_.path() + "/plan";
    REPRO_TRY(write_file_atomically(plan, schedule::encode_plan(*order.plan)));
    set(schedule::kPlanVariable, plan);
  }
  spec.fixed_addresses = true;
  return {};
}

ScheduleRecord RunSchedule::read(const ScheduleSpec& spec) const {
  if (spec.kind != ScheduleKind::noise) return trace_.read();
  const Result<std::string> bytes = read_file(folder_.path() + "/noise");
  return bytes ? schedule::read_noise_report(*bytes) : ScheduleRecord();
}

Result<void> make_knowledge_files(const Request& request, const std::string& folder) {
  for (const Arm& arm : request.arms) {
    const Result<ScheduleSpec> spec = parse_schedule(arm.key.schedule);
    if (!spec || !spec->is_controlled()) continue;
    const std::string path = knowledge_file(folder, arm.id);
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd.is_open() || ::ftruncate(fd.get(), schedule::kProfileBytes) != 0) {
      return fail_errno(ErrorKind::environment, fmt::format("cannot make '{}'", path), errno);
    }
  }
  return {};
}

std::string knowledge_file(const std::string& folder, std::uint32_t arm) {
  return fmt::format("{}/arm-{}", folder, arm);
}

void add_schedule_evidence(const ScheduleSpec& spec, const ScheduleRecord& record, hang::CodeLookup& code,
                           ProcessResult& result) {
  const auto* exited = std::get_if<Exited>(&result.termination);
  const bool is_by_scheduler = exited != nullptr && result.stop_reason == StopReason::none;
  switch (record.end) {
    case ScheduleEnd::deadlock:
      if (result.stop_reason == StopReason::none) result.proved_hang = describe_deadlock(record, code);
      break;
    case ScheduleEnd::step_limit:
      if (result.stop_reason == StopReason::none) result.proved_hang = describe_limit(record);
      break;
    case ScheduleEnd::not_loaded:
      result.schedule_problem =
          is_by_scheduler && exited->code == schedule::kUnusableExitStatus
              ? words_of_scheduler(result)
              : fmt::format(
                    "schedule '{}' did not act: its library was loaded into no process of the run (a "
                    "statically linked or setuid program?)",
                    to_string(spec));
      break;
    case ScheduleEnd::cut:
    case ScheduleEnd::exited:
    case ScheduleEnd::left_control:
      break;
  }
}

std::vector<Frame> frames_of(const CodeSite& site, const ScheduleRecord& record, hang::CodeLookup& code) {
  if (!site.module || *site.module >= record.modules.size() || site.offset == 0) {
    Frame frame;
    frame.module_offset = site.offset;
    return {frame};
  }
  return code.frames(record.modules[*site.module].path, site.offset - 1);
}

Frame telling_frame(const std::vector<Frame>& frames) {
  const auto found = std::find_if(frames.begin(), frames.end(), [](const Frame& frame) {
    return !frame.file.empty() && !frame.file.starts_with("/usr/");
  });
  return found == frames.end() ? frames.front() : *found;
}

std::string why_not_preloadable(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0 && ::geteuid() != status.st_uid) {
    return fmt::format("'{}' is setuid or setgid, and the loader preloads nothing into such a program", path);
  }
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.is_open() || elf_version(EV_CURRENT) == EV_NONE) return {};
  Elf* elf = elf_begin(fd.get(), ELF_C_READ_MMAP, nullptr);
  std::size_t headers = 0;
  bool is_program = elf != nullptr && elf_kind(elf) == ELF_K_ELF && elf_getphdrnum(elf, &headers) == 0;
  bool has_loader = false;
  for (std::size_t i = 0; is_program && i < headers; ++i) {
    GElf_Phdr header;
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) is_program = false;
    has_loader = has_loader || (is_program && header.p_type == PT_INTERP);
  }
  elf_end(elf);
  if (!is_program || has_loader) return {};
  return fmt::format("'{}' is statically linked, so no library can be preloaded into it; link it dynamically",
                     path);
}

}  // namespace repro::campaign
