#pragma once

#include "harness/base/result.h"
#include "harness/store/sqlite.h"

namespace repro::store {

/// Writes application id, schema version and all tables into an empty database. Internal to harness/store.
[[nodiscard]] Result<void> create_schema(const Database& database);

/// Brings a file of an older version, opened for writing, to this one: adds tables, changes nothing.
[[nodiscard]] Result<void> upgrade_schema(const Database& database);

/// Whether this is a campaign file that this version can read. Errors: store, saying what it is instead.
[[nodiscard]] Result<void> check_schema(const Database& database);

}  // namespace repro::store
