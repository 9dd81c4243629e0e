#include "harness/model/json.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace repro {
namespace {

using Json = nlohmann::ordered_json;

std::string_view to_string(KeepLogs keep) {
  switch (keep) {
    case KeepLogs::failures:
      return "failures";
    case KeepLogs::all:
      return "all";
    case KeepLogs::none:
      return "none";
  }
  return "failures";
}

KeepLogs keep_logs_from(std::string_view text) {
  if (text == "all") return KeepLogs::all;
  if (text == "none") return KeepLogs::none;
  return KeepLogs::failures;
}

/// nlohmann_json reports a wrong shape by exception; here, and only here, it becomes an Error.
template <class T>
Result<T> reading(std::string_view what, const std::function<T()>& read) {
  try {
    return read();
  } catch (const Json::exception& wrong) {
    return fail(ErrorKind::store, fmt::format("stored {} is damaged: {}", what, wrong.what()));
  }
}

Json optional_number(const std::optional<std::uint64_t>& number) { return number ? Json(*number) : Json(); }

Json optional_nanoseconds(const std::optional<std::chrono::nanoseconds>& duration) {
  return duration ? Json(duration->count()) : Json();
}

std::optional<std::uint64_t> number_at(const Json& json, const char* key) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return json.at(key).get<std::uint64_t>();
}

std::optional<std::chrono::nanoseconds> nanoseconds_at(const Json& json, const char* key) {
  if (!json.contains(key) || json.at(key).is_null()) return std::nullopt;
  return std::chrono::nanoseconds(json.at(key).get<std::int64_t>());
}

Frame read_frame(const Json& json) {
  Frame frame;
  frame.function = json.value("function", "");
  frame.file = json.value("file", "");
  frame.line = json.value("line", 0);
  frame.column = json.value("column", 0);
  frame.module = json.value("module", "");
  frame.module_offset = json.value("module_offset", std::uint64_t{0});
  frame.build_id = json.value("build_id", "");
  return frame;
}

StackRole read_role(std::string_view text) {
  for (const StackRole role :
       {StackRole::access, StackRole::previous_access, StackRole::freed, StackRole::allocated,
        StackRole::thread_created, StackRole::mutex_acquired, StackRole::mutex_created}) {
    if (to_string(role) == text) return role;
  }
  return StackRole::other;
}

Stack read_stack(const Json& json) {
  Stack stack;
  stack.role = read_role(json.at("role").get<std::string>());
  stack.heading = json.value("heading", "");
  stack.thread = json.value("thread", "");
  stack.access = json.value("access", "");
  stack.access_bytes = json.value("access_bytes", 0U);
  stack.mutexes = json.value("mutexes", stack.mutexes);
  for (const Json& frame : json.at("frames")) stack.frames.push_back(read_frame(frame));
  return stack;
}

Outcome read_outcome(const Json& json) {
  return parse_outcome(json.get<std::string>()).value_or(Outcome::crash);
}

Json command_to_json(const Command& command) {
  return Json{{"argv", command.argv},
              {"environment", command.environment},
              {"working_directory", command.working_directory},
              {"stdin_file", command.stdin_file}};
}

Command read_command(const Json& json) {
  Command command;
  command.argv = json.at("argv").get<std::vector<std::string>>();
  command.environment = json.value("environment", command.environment);
  command.working_directory = json.value("working_directory", "");
  command.stdin_file = json.value("stdin_file", "");
  return command;
}

Json oracle_to_json(const OracleSpec& oracle) {
  return Json{{"ok_exit_codes", oracle.ok_exit_codes},
              {"expect_file", oracle.expect_file},
              {"match", oracle.match},
              {"no_match", oracle.no_match},
              {"reference_command", oracle.reference_command},
              {"ignore_line_order", oracle.ignore_line_order},
              {"check_command", oracle.check_command}};
}

OracleSpec read_oracle(const Json& json) {
  OracleSpec oracle;
  oracle.ok_exit_codes = json.value("ok_exit_codes", oracle.ok_exit_codes);
  oracle.expect_file = json.value("expect_file", "");
  oracle.match = json.value("match", oracle.match);
  oracle.no_match = json.value("no_match", oracle.no_match);
  oracle.reference_command = json.value("reference_command", oracle.reference_command);
  oracle.ignore_line_order = json.value("ignore_line_order", false);
  oracle.check_command = json.value("check_command", oracle.check_command);
  return oracle;
}

Arm read_arm(const Json& json) {
  Arm arm;
  arm.id = json.at("id").get<std::uint32_t>();
  arm.key.variant = json.at("variant").get<std::string>();
  arm.key.sanitizer = parse_sanitizer(json.at("sanitizer").get<std::string>()).value_or(Sanitizer::plain);
  arm.key.schedule = json.value("schedule", "os");
  arm.command = read_command(json.at("command"));
  return arm;
}

}  // namespace

Json to_json(const Frame& frame) {
  Json json;
  if (!frame.function.empty()) json["function"] = to_valid_utf8(frame.function);
  if (!frame.file.empty()) json["file"] = to_valid_utf8(frame.file);
  if (frame.line != 0) json["line"] = frame.line;
  if (frame.column != 0) json["column"] = frame.column;
  if (!frame.module.empty()) json["module"] = to_valid_utf8(frame.module);
  if (frame.module_offset != 0) json["module_offset"] = frame.module_offset;
  if (!frame.build_id.empty()) json["build_id"] = to_valid_utf8(frame.build_id);
  return json.is_null() ? Json::object() : json;
}

Json to_json(const Stack& stack) {
  Json frames = Json::array();
  for (const Frame& frame : stack.frames) frames.push_back(to_json(frame));
  Json json{{"role", to_string(stack.role)}, {"heading", to_valid_utf8(stack.heading)}};
  if (!stack.thread.empty()) json["thread"] = to_valid_utf8(stack.thread);
  if (!stack.access.empty()) json["access"] = to_valid_utf8(stack.access);
  if (stack.access_bytes != 0) json["access_bytes"] = stack.access_bytes;
  for (const std::string& mutex : stack.mutexes) json["mutexes"].push_back(to_valid_utf8(mutex));
  json["frames"] = std::move(frames);
  return json;
}

Json to_json(const Finding& finding) {
  Json stacks = Json::array();
  for (const Stack& stack : finding.stacks) stacks.push_back(to_json(stack));
  return Json{{"source", to_string(finding.source)},
              {"kind", to_valid_utf8(finding.kind)},
              {"implies", to_string(finding.implies)},
              {"message", to_valid_utf8(finding.message)},
              {"location", to_valid_utf8(finding.location)},
              {"pid", finding.pid ? Json(*finding.pid) : Json()},
              {"truncated", finding.is_truncated},
              {"signature", finding.signature},
              {"stacks", std::move(stacks)},
              {"raw", to_valid_utf8(finding.raw)}};
}

Json to_json(const Signature& signature) {
  Json frames = Json::array();
  for (const std::string& frame : signature.frames) frames.push_back(to_valid_utf8(frame));
  return Json{{"id", signature.id},
              {"source", to_string(signature.source)},
              {"kind", to_valid_utf8(signature.kind)},
              {"outcome", to_string(signature.implies)},
              {"title", to_valid_utf8(signature.title)},
              {"unsymbolized", signature.is_unsymbolized},
              {"frames", std::move(frames)}};
}

static Json until_to_json(const std::optional<DecisionRule>& until) {
  if (!until) return {};
  return Json{{"rule", "decided"}, {"method", "e-process over blocks"}, {"confidence", until->confidence}};
}

Json to_json(const Request& request) {
  Json arms = Json::array();
  for (const Arm& arm : request.arms) {
    arms.push_back(Json{{"id", arm.id},
                        {"variant", arm.key.variant},
                        {"sanitizer", to_string(arm.key.sanitizer)},
                        {"schedule", arm.key.schedule},
                        {"command", command_to_json(arm.command)}});
  }
  return Json{{"scenario", request.scenario},
              {"seed", request.seed},
              {"runs_per_arm", optional_number(request.runs_per_arm)},
              {"duration_ns", optional_nanoseconds(request.duration)},
              {"stop_after_failures", optional_number(request.stop_after_failures)},
              {"until", until_to_json(request.until)},
              {"jobs", request.jobs},
              {"timeout_ns", optional_nanoseconds(request.timeout)},
              {"grace_ns", request.grace.count()},
              {"memory_limit_bytes", optional_number(request.memory_limit_bytes)},
              {"capture_limit_bytes", request.capture_limit_bytes},
              {"keep_logs", to_string(request.keep_logs)},
              {"suppressions", request.suppressions},
              {"oracle", oracle_to_json(request.oracle)},
              {"arms", std::move(arms)}};
}

static std::optional<DecisionRule> read_until(const Json& json) {
  if (!json.contains("until") || json.at("until").is_null()) return std::nullopt;
  return DecisionRule{json.at("until").at("confidence").get<double>()};
}

Result<Request> request_from_json(const Json& json) {
  return reading<Request>("request", [&] {
    Request request;
    request.scenario = json.value("scenario", "");
    request.seed = json.at("seed").get<std::uint64_t>();
    request.runs_per_arm = number_at(json, "runs_per_arm");
    request.duration = nanoseconds_at(json, "duration_ns");
    request.stop_after_failures = number_at(json, "stop_after_failures");
    request.until = read_until(json);
    request.jobs = json.value("jobs", 1U);
    request.timeout = nanoseconds_at(json, "timeout_ns");
    request.grace = nanoseconds_at(json, "grace_ns").value_or(request.grace);
    request.memory_limit_bytes = number_at(json, "memory_limit_bytes");
    request.capture_limit_bytes = json.value("capture_limit_bytes", request.capture_limit_bytes);
    request.keep_logs = keep_logs_from(json.value("keep_logs", "failures"));
    request.suppressions = json.value("suppressions", request.suppressions);
    if (json.contains("oracle")) request.oracle = read_oracle(json.at("oracle"));
    for (const Json& arm : json.at("arms")) request.arms.push_back(read_arm(arm));
    return request;
  });
}

Result<Finding> finding_from_json(const Json& json) {
  return reading<Finding>("finding", [&] {
    Finding finding;
    finding.source =
        parse_finding_source(json.at("source").get<std::string>()).value_or(FindingSource::unrecognised);
    finding.kind = json.at("kind").get<std::string>();
    finding.implies = read_outcome(json.at("implies"));
    finding.message = json.value("message", "");
    finding.location = json.value("location", "");
    if (json.contains("pid") && !json.at("pid").is_null()) finding.pid = json.at("pid").get<int>();
    finding.is_truncated = json.value("truncated", false);
    finding.signature = json.value("signature", "");
    for (const Json& stack : json.at("stacks")) finding.stacks.push_back(read_stack(stack));
    finding.raw = json.value("raw", "");
    return finding;
  });
}

Result<Signature> signature_from_json(const Json& json) {
  return reading<Signature>("signature", [&] {
    Signature signature;
    signature.id = json.at("id").get<std::string>();
    signature.source =
        parse_finding_source(json.at("source").get<std::string>()).value_or(FindingSource::unrecognised);
    signature.kind = json.at("kind").get<std::string>();
    signature.implies = read_outcome(json.at("outcome"));
    signature.title = json.value("title", "");
    signature.is_unsymbolized = json.value("unsymbolized", false);
    signature.frames = json.value("frames", signature.frames);
    return signature;
  });
}

std::string to_valid_utf8(std::string_view bytes) {
  // Nearly every text is ASCII and needs no serialiser: a report with 60 frames has some 200 texts.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(bytes.begin(), bytes.end(), is_ascii)) return std::string(bytes);
  // The serialiser of nlohmann_json already knows every malformed sequence; parse its output back.
  const std::string dumped = Json(std::string(bytes)).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(dumped).get<std::string>();
}

}  // namespace repro
