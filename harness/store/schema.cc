#include "harness/store/schema.h"

#include <fmt/format.h>

#include "harness/base/text.h"
#include "harness/store/store.h"

namespace repro::store {
namespace {

// docs/campaign-file.md explains every table and column. Two decisions that are not obvious:
//
// What is counted stands in narrow tables (runs, findings, run_signatures); what is read one run at a time
// (finding_texts, logs) stands apart. Counting 100,000 runs then reads some megabytes, however much the
// runs wrote.
//
// Outcomes and the like are texts, not numbers, because people read this file with sqlite3 and pandas.
constexpr const char* kTables = R"sql(
CREATE TABLE campaign (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  request TEXT NOT NULL,
  machine TEXT NOT NULL,
  started_at_ns INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_note TEXT NOT NULL DEFAULT '',
  wall_ns INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE arms (
  arm INTEGER PRIMARY KEY,
  variant TEXT NOT NULL,
  sanitizer TEXT NOT NULL,
  schedule TEXT NOT NULL,
  blind TEXT NOT NULL DEFAULT ''
);
CREATE TABLE warnings (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
);
CREATE TABLE runs (
  run_index INTEGER PRIMARY KEY,
  arm INTEGER NOT NULL REFERENCES arms (arm),
  arm_run INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  exit_code INTEGER,
  signal INTEGER,
  core_dumped INTEGER NOT NULL,
  stop_reason TEXT NOT NULL,
  stop_step TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at_ns INTEGER NOT NULL,
  wall_ns INTEGER NOT NULL,
  user_cpu_ns INTEGER NOT NULL,
  system_cpu_ns INTEGER NOT NULL,
  max_rss_bytes INTEGER NOT NULL,
  max_rss_floor_bytes INTEGER NOT NULL,
  timeout_ns INTEGER NOT NULL,
  stdout_bytes INTEGER NOT NULL,
  stderr_bytes INTEGER NOT NULL,
  leftover_processes INTEGER NOT NULL,
  pipes_held_open INTEGER NOT NULL,
  out_of_memory INTEGER NOT NULL
);
CREATE TABLE findings (
  run_index INTEGER NOT NULL REFERENCES runs (run_index),
  position INTEGER NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  implies TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (run_index, position)
) WITHOUT ROWID;
CREATE TABLE finding_texts (
  id INTEGER PRIMARY KEY,
  run_index INTEGER NOT NULL,
  position INTEGER NOT NULL,
  json_zstd BLOB NOT NULL,
  UNIQUE (run_index, position)
);
CREATE TABLE signatures (
  signature TEXT PRIMARY KEY,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  outcome TEXT NOT NULL,
  title TEXT NOT NULL,
  json TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE run_signatures (
  run_index INTEGER NOT NULL REFERENCES runs (run_index),
  signature TEXT NOT NULL REFERENCES signatures (signature),
  PRIMARY KEY (run_index, signature)
) WITHOUT ROWID;
CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  run_index INTEGER NOT NULL REFERENCES runs (run_index),
  stream TEXT NOT NULL,
  name TEXT NOT NULL,
  pid INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  content_zstd BLOB NOT NULL
);
CREATE INDEX logs_by_run ON logs (run_index);
CREATE VIEW run_list AS
  SELECT run_index, variant, sanitizer, schedule, arm_run, printf('%u', seed) AS seed, outcome, reason,
         exit_code, signal, wall_ns / 1e6 AS wall_ms, (user_cpu_ns + system_cpu_ns) / 1e6 AS cpu_ms,
         max_rss_bytes / 1024 AS max_rss_kib
  FROM runs JOIN arms USING (arm) ORDER BY run_index;
)sql";

/// What version 2 added; a file of version 1 gets it when it is opened to be written to.
constexpr const char* kScheduleTables = R"sql(
CREATE TABLE schedules (
  run_index INTEGER PRIMARY KEY REFERENCES runs (run_index),
  ended TEXT NOT NULL,
  points INTEGER NOT NULL,
  decisions INTEGER NOT NULL,
  switches INTEGER NOT NULL,
  preemptions INTEGER NOT NULL,
  outside_waits INTEGER NOT NULL,
  memory_points INTEGER NOT NULL,
  noise_actions INTEGER NOT NULL,
  noise_delay_ns INTEGER NOT NULL,
  trace_zstd BLOB
);
CREATE TABLE minimised (
  run_index INTEGER PRIMARY KEY REFERENCES runs (run_index),
  json TEXT NOT NULL
);
)sql";

/// What was measured is never changed: SQLite itself refuses, whoever writes.
Result<void> make_append_only(const Database& database, std::string_view table) {
  for (const std::string_view verb : {"UPDATE", "DELETE"}) {
    const std::string trigger = fmt::format(
        "CREATE TRIGGER {0}_refuse_{1} BEFORE {1} ON {0} "
        "BEGIN SELECT RAISE(ABORT, 'facts of finished runs are append-only'); END",
        table, verb);
    REPRO_TRY(database.execute(trigger.c_str()));
  }
  return {};
}

Result<void> add_schedule_tables(const Database& database) {
  REPRO_TRY(database.execute(kScheduleTables));
  return make_append_only(database, "schedules");
}

Unexpected refuse(const Database& database, std::string_view why) {
  return fail(ErrorKind::store, fmt::format("'{}' {}", printable(database.path()), why));
}

}  // namespace

Result<void> create_schema(const Database& database) {
  REPRO_TRY(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()));
  REPRO_TRY(database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str()));
  REPRO_TRY(database.execute(kTables));
  REPRO_TRY(add_schedule_tables(database));
  for (const std::string_view table : {"runs", "findings", "finding_texts", "run_signatures", "logs"}) {
    REPRO_TRY(make_append_only(database, table));
  }
  return {};
}

Result<void> upgrade_schema(const Database& database) {
  REPRO_ASSIGN(const std::int64_t version, database.integer("PRAGMA user_version"));
  if (version >= kSchemaVersion) return {};
  REPRO_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::write));
  REPRO_TRY(add_schedule_tables(database));
  REPRO_TRY(database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str()));
  return transaction.commit();
}

Result<void> check_schema(const Database& database) {
  REPRO_ASSIGN(const std::int64_t pages, database.integer("PRAGMA page_count"));
  if (pages == 0) return refuse(database, "is not a campaign file");
  REPRO_ASSIGN(const std::int64_t application, database.integer("PRAGMA application_id"));
  if (application != kApplicationId) {
    return refuse(database, "is not a campaign file but an SQLite database of another program");
  }
  REPRO_ASSIGN(const std::int64_t version, database.integer("PRAGMA user_version"));
  if (version > kSchemaVersion) {
    return refuse(database, fmt::format("was written by a newer version of repro (schema {}; this version "
                                        "reads up to {}): update repro",
                                        version, kSchemaVersion));
  }
  if (version < 1) return refuse(database, fmt::format("is damaged: schema version {}", version));
  return {};
}

}  // namespace repro::store
