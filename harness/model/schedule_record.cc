#include "harness/model/schedule_record.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/base/check.h"
#include "harness/model/json.h"

namespace repro {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<ScheduleEnd, 6> kEnds{ScheduleEnd::not_loaded, ScheduleEnd::cut,
                                           ScheduleEnd::exited,     ScheduleEnd::deadlock,
                                           ScheduleEnd::step_limit, ScheduleEnd::left_control};

/// `[module, offset]`; the module is null where the address lies in no file.
Json site_to_json(const CodeSite& site) {
  return Json::array({site.module ? Json(*site.module) : Json(), site.offset});
}

CodeSite read_site(const Json& json) {
  CodeSite site;
  if (!json.at(0).is_null()) site.module = json.at(0).get<std::uint32_t>();
  site.offset = json.at(1).get<std::uint64_t>();
  return site;
}

Json thread_or_null(const std::optional<std::uint32_t>& thread) { return thread ? Json(*thread) : Json(); }

std::optional<std::uint32_t> read_thread_or_null(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<std::uint32_t>();
}

Json switch_to_json(const ScheduleSwitch& change) {
  return Json{{"thread", change.thread},           {"event", change.event},
              {"next_thread", change.next_thread}, {"preemptive", change.is_preemptive},
              {"operation", change.operation},     {"object", change.object},
              {"site", site_to_json(change.site)}, {"step", change.step}};
}

ScheduleSwitch read_switch(const Json& json) {
  ScheduleSwitch change;
  change.thread = json.at("thread").get<std::uint32_t>();
  change.event = json.at("event").get<std::uint64_t>();
  change.next_thread = json.at("next_thread").get<std::uint32_t>();
  change.is_preemptive = json.at("preemptive").get<bool>();
  change.operation = json.value("operation", "");
  change.object = json.value("object", "");
  change.site = read_site(json.at("site"));
  change.step = json.value("step", std::uint64_t{0});
  return change;
}

Json wait_to_json(const ScheduleWait& wait) {
  return Json{{"thread", wait.thread},
              {"operation", wait.operation},
              {"object", wait.object},
              {"site", site_to_json(wait.site)},
              {"holder", thread_or_null(wait.holder)},
              {"holder_has_ended", wait.holder_has_ended},
              {"taken_at", site_to_json(wait.taken_at)}};
}

ScheduleWait read_wait(const Json& json) {
  ScheduleWait wait;
  wait.thread = json.at("thread").get<std::uint32_t>();
  wait.operation = json.value("operation", "");
  wait.object = json.value("object", "");
  wait.site = read_site(json.at("site"));
  wait.holder = read_thread_or_null(json.at("holder"));
  wait.holder_has_ended = json.value("holder_has_ended", false);
  wait.taken_at = read_site(json.at("taken_at"));
  return wait;
}

Json thread_to_json(const ScheduleThread& thread) {
  return Json{{"parent", thread_or_null(thread.parent)},
              {"start_routine", site_to_json(thread.start_routine)},
              {"created_at", site_to_json(thread.created_at)},
              {"events", thread.events},
              {"ended", thread.has_ended}};
}

ScheduleThread read_thread(const Json& json) {
  ScheduleThread thread;
  thread.parent = read_thread_or_null(json.at("parent"));
  thread.start_routine = read_site(json.at("start_routine"));
  thread.created_at = read_site(json.at("created_at"));
  thread.events = json.value("events", std::uint64_t{0});
  thread.has_ended = json.value("ended", false);
  return thread;
}

Json counts_to_json(const ScheduleCounts& counts) {
  return Json{{"threads", counts.threads},
              {"points", counts.points},
              {"decisions", counts.decisions},
              {"switches", counts.switches},
              {"preemptions", counts.preemptions},
              {"outside_waits", counts.outside_waits},
              {"uncontrolled_threads", counts.uncontrolled_threads},
              {"actions", counts.actions},
              {"delayed_ns", counts.delayed_ns},
              {"memory_points", counts.has_memory_points}};
}

ScheduleCounts read_counts(const Json& json) {
  ScheduleCounts counts;
  counts.threads = json.value("threads", counts.threads);
  counts.points = json.value("points", counts.points);
  counts.decisions = json.value("decisions", counts.decisions);
  counts.switches = json.value("switches", counts.switches);
  counts.preemptions = json.value("preemptions", counts.preemptions);
  counts.outside_waits = json.value("outside_waits", counts.outside_waits);
  counts.uncontrolled_threads = json.value("uncontrolled_threads", counts.uncontrolled_threads);
  counts.actions = json.value("actions", counts.actions);
  counts.delayed_ns = json.value("delayed_ns", counts.delayed_ns);
  counts.has_memory_points = json.value("memory_points", false);
  return counts;
}

template <class Items, class Convert>
Json array_of(const Items& items, Convert convert) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(convert(item));
  return json;
}

Json explained_to_json(const ExplainedSwitch& one) {
  Json json = switch_to_json(one.change);
  json["stopped_at"] = to_json(one.stopped_at);
  json["stopped_code"] = to_valid_utf8(one.stopped_code);
  json["ran_until"] = one.ran_until ? to_json(*one.ran_until) : Json();
  json["ran_until_code"] = to_valid_utf8(one.ran_until_code);
  return json;
}

}  // namespace

std::string_view to_string(ScheduleEnd end) {
  switch (end) {
    case ScheduleEnd::not_loaded:
      return "not-loaded";
    case ScheduleEnd::cut:
      return "cut";
    case ScheduleEnd::exited:
      return "exited";
    case ScheduleEnd::deadlock:
      return "deadlock";
    case ScheduleEnd::step_limit:
      return "step-limit";
    case ScheduleEnd::left_control:
      return "left-control";
  }
  REPRO_CHECK(false);
  return {};
}

std::optional<ScheduleEnd> parse_schedule_end(std::string_view text) {
  const auto* found =
      std::find_if(kEnds.begin(), kEnds.end(), [&](ScheduleEnd end) { return to_string(end) == text; });
  return found == kEnds.end() ? std::nullopt : std::optional(*found);
}

Json to_json(const ScheduleRecord& record) {
  return Json{
      {"end", to_string(record.end)},
      {"note", to_valid_utf8(record.note)},
      {"seed", record.seed},
      {"counts", counts_to_json(record.counts)},
      {"interleaving_hash", record.interleaving_hash},
      {"dropped_switches", record.dropped_switches},
      {"ignored_switches", record.ignored_switches},
      {"modules", array_of(record.modules,
                           [](const ScheduleModule& module) {
                             return Json{{"path", to_valid_utf8(module.path)}, {"build_id", module.build_id}};
                           })},
      {"threads", array_of(record.threads, thread_to_json)},
      {"switches", array_of(record.switches, switch_to_json)},
      {"waits", array_of(record.waits, wait_to_json)}};
}

Result<ScheduleRecord> schedule_record_from_json(const Json& json) {
  try {
    ScheduleRecord record;
    record.end = parse_schedule_end(json.at("end").get<std::string>()).value_or(ScheduleEnd::cut);
    record.note = json.value("note", "");
    record.seed = json.value("seed", std::uint64_t{0});
    record.counts = read_counts(json.at("counts"));
    record.interleaving_hash = json.value("interleaving_hash", std::uint64_t{0});
    record.dropped_switches = json.value("dropped_switches", std::uint64_t{0});
    record.ignored_switches = json.value("ignored_switches", std::uint64_t{0});
    for (const Json& module : json.at("modules")) {
      record.modules.push_back({module.at("path").get<std::string>(), module.value("build_id", "")});
    }
    for (const Json& thread : json.at("threads")) record.threads.push_back(read_thread(thread));
    for (const Json& change : json.at("switches")) record.switches.push_back(read_switch(change));
    for (const Json& wait : json.at("waits")) record.waits.push_back(read_wait(wait));
    return record;
  } catch (const Json::exception& wrong) {
    return fail(ErrorKind::store, fmt::format("stored schedule is damaged: {}", wrong.what()));
  }
}

Json to_json(const MinimisedSchedule& minimised) {
  return Json{{"run", minimised.run_index},
              {"signature", minimised.signature},
              {"title", to_valid_utf8(minimised.title)},
              {"switches_before", minimised.switches_before},
              {"preemptions_before", minimised.preemptions_before},
              {"replays", minimised.replays},
              {"minimal", minimised.is_minimal},
              {"switches", array_of(minimised.switches, explained_to_json)}};
}

}  // namespace repro
