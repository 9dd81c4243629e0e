#pragma once

// What the preloaded library tells about one run: how often noise acted, or the whole controlled schedule.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/base/result.h"
#include "harness/model/finding.h"

namespace repro {

/// How the controlled part of a run ended.
enum class ScheduleEnd : std::uint8_t {
  not_loaded,    ///< no process of the run loaded the library: the schedule did not act
  cut,           ///< died without a word: a signal, or ended by the harness
  exited,        ///< exit() or return from main; of a run with noise: any end
  deadlock,      ///< proved: every thread waited for another
  step_limit,    ///< the limit of decisions was reached
  left_control,  ///< the scheduler gave up and let all threads run
};

[[nodiscard]] std::string_view to_string(ScheduleEnd end);
[[nodiscard]] std::optional<ScheduleEnd> parse_schedule_end(std::string_view text);

/// A place in code. `module` is an index into ScheduleRecord::modules; absent: `offset` is an absolute
/// address.
struct CodeSite {
  std::optional<std::uint32_t> module;
  std::uint64_t offset = 0;  ///< a return address: the call is the instruction before it
  friend bool operator==(const CodeSite&, const CodeSite&) = default;
};

struct ScheduleModule {
  std::string path;
  std::string build_id;  ///< hex; empty when it has none
  friend bool operator==(const ScheduleModule&, const ScheduleModule&) = default;
};

/// One deviation from "go on with the current thread while it can run, else the lowest that can".
struct ScheduleSwitch {
  std::uint32_t thread = 0;       ///< that stood at the decision
  std::uint64_t event = 0;        ///< which decision of `thread`, from 1
  std::uint32_t next_thread = 0;  ///< that ran instead
  bool is_preemptive = false;     ///< `thread` could have gone on
  std::string operation;          ///< what it was about to do, or waited in: `mutex_lock`
  std::string object;             ///< what that concerns: `mutex 3`; empty: nothing
  CodeSite site;                  ///< where it was stopped
  std::uint64_t step = 0;         ///< decisions of the whole run until then
  friend bool operator==(const ScheduleSwitch&, const ScheduleSwitch&) = default;
};

struct ScheduleThread {
  std::optional<std::uint32_t> parent;  ///< absent: the first thread
  CodeSite start_routine;
  CodeSite created_at;
  std::uint64_t events = 0;  ///< its decisions
  bool has_ended = false;
  friend bool operator==(const ScheduleThread&, const ScheduleThread&) = default;
};

/// One line of the wait-for graph of a proved deadlock.
struct ScheduleWait {
  std::uint32_t thread = 0;
  std::string operation;
  std::string object;
  CodeSite site;
  std::optional<std::uint32_t> holder;  ///< thread that holds it, or that is joined
  bool holder_has_ended = false;
  CodeSite taken_at;
  friend bool operator==(const ScheduleWait&, const ScheduleWait&) = default;
};

/// Counts of one run. What does not apply to its kind of schedule is 0.
struct ScheduleCounts {
  std::uint64_t threads = 0;
  std::uint64_t points = 0;       ///< places at which the schedule could act
  std::uint64_t decisions = 0;    ///< controlled: places with a choice
  std::uint64_t switches = 0;     ///< controlled
  std::uint64_t preemptions = 0;  ///< controlled; part of `switches`
  /// Controlled: waits for something outside the process, during which it is not controlled.
  std::uint64_t outside_waits = 0;
  std::uint64_t uncontrolled_threads = 0;
  std::uint64_t actions = 0;       ///< noise: delays
  std::uint64_t delayed_ns = 0;    ///< noise
  bool has_memory_points = false;  ///< code with callbacks has run: memory accesses are points too
  friend bool operator==(const ScheduleCounts&, const ScheduleCounts&) = default;
};

struct ScheduleRecord {
  ScheduleEnd end = ScheduleEnd::not_loaded;
  std::string note;  ///< why control was left; empty otherwise
  std::uint64_t seed = 0;
  ScheduleCounts counts;
  std::uint64_t interleaving_hash = 0;  ///< equal in two runs of one interleaving; 0 for noise
  std::uint64_t dropped_switches = 0;   ///< found no room: the run cannot be replayed
  std::uint64_t ignored_switches = 0;   ///< of a replay: the thread to go on with could not run
  std::vector<ScheduleModule> modules;
  std::vector<ScheduleThread> threads;
  std::vector<ScheduleSwitch> switches;
  std::vector<ScheduleWait> waits;
  friend bool operator==(const ScheduleRecord&, const ScheduleRecord&) = default;
};

[[nodiscard]] nlohmann::ordered_json to_json(const ScheduleRecord& record);
/// Errors: store, naming the key that is missing or of the wrong type.
[[nodiscard]] Result<ScheduleRecord> schedule_record_from_json(const nlohmann::ordered_json& json);

/// A switch that is left of a minimised schedule, with the code that it is about.
struct ExplainedSwitch {
  ScheduleSwitch change;
  Frame stopped_at;                ///< where `change.thread` was stopped
  std::string stopped_code;        ///< that source line; empty when its file cannot be read
  std::optional<Frame> ran_until;  ///< where the other thread was stopped in turn; absent: it ran to its end
  std::string ran_until_code;
};

/// The shortest schedule that was found to end in the same way as the recorded one.
struct MinimisedSchedule {
  std::uint64_t run_index = 0;
  std::string signature;  ///< id
  std::string title;      ///< of the signature
  std::uint64_t switches_before = 0;
  std::uint64_t preemptions_before = 0;
  std::uint64_t replays = 0;
  bool is_minimal = false;  ///< taking away any one switch loses the failure; false: the replays ran out
  std::vector<ExplainedSwitch> switches;
};

[[nodiscard]] nlohmann::ordered_json to_json(const MinimisedSchedule& minimised);

}  // namespace repro
