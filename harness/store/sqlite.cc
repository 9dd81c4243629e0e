#include "harness/store/sqlite.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "harness/base/check.h"
#include "harness/base/text.h"

namespace repro::store {
namespace {

/// How long a call waits while another process holds a lock. Transactions of ours last microseconds, a
/// checkpoint of the whole log some tens of milliseconds; what lasts longer is somebody's open sqlite3 shell.
constexpr std::chrono::milliseconds kBusyTimeout{5000};

/// A URI needs these escaped; everything else of a path may stand as it is.
std::string escaped_for_uri(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri;
}

/// SQLite reads a name that begins with "file:" as a URI and ":memory:" as no file at all.
std::string as_plain_name(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

int open_flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case OpenMode::read_write:
      return SQLITE_OPEN_READWRITE;
    case OpenMode::read_only:
      return SQLITE_OPEN_READONLY;
    case OpenMode::immutable:
      break;
  }
  return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
}

bool is_disk_full(int code, int os_errno) {
  return (code & 0xff) == SQLITE_FULL || os_errno == ENOSPC || os_errno == EDQUOT;
}

/// What happened and what to do, without the file's name.
std::string explain(int code, int os_errno, const char* sqlite_says) {
  if (is_disk_full(code, os_errno)) {
    return "no space left on its disk; what is stored stays valid: free some space and go on with --resume";
  }
  switch (code & 0xff) {  // the low byte is the primary code
    case SQLITE_NOTADB:
      return "is not a campaign file";
    case SQLITE_CORRUPT:
      return fmt::format("is damaged or cut off ({}); 'sqlite3 FILE .recover' may save a part of it",
                         sqlite_says);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "is locked by another program; close it and try again";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "may not be written: check the permissions of the file and its folder";
    case SQLITE_CANTOPEN:
      return "cannot be opened: check the permissions of the file and its folder";
    case SQLITE_TOOBIG:
      return "cannot hold a text this large";
    default:
      return fmt::format("cannot be used: {}", sqlite_says);
  }
}

Unexpected failure_of(sqlite3* handle, const std::string& path, int code) {
  const int os_errno = sqlite3_system_errno(handle);
  return fail(ErrorKind::store,
              fmt::format("'{}' {}", printable(path), explain(code, os_errno, sqlite3_errmsg(handle))),
              os_errno);
}

}  // namespace

Result<Database> Database::open(const std::string& path, OpenMode mode) {
  const std::string name = as_plain_name(path);
  const std::string target =
      mode == OpenMode::immutable ? "file:" + escaped_for_uri(name) + "?immutable=1" : name;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(target.c_str(), &handle, open_flags(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  REPRO_CHECK(handle != nullptr);  // only without memory for the handle itself
  Database database(path, handle);
  if (code != SQLITE_OK) return database.failure(code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(kBusyTimeout.count()));
  // A campaign file may come from anywhere: its views and triggers may not call functions with side effects.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

Result<void> Database::execute(const char* sql) const {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<std::int64_t> Database::integer(std::string_view sql) const {
  REPRO_ASSIGN(Statement statement, Statement::prepare(*this, sql));
  REPRO_ASSIGN(const bool has_row, statement.step());
  return has_row ? statement.integer(0) : 0;
}

Unexpected Database::failure(int code) const { return failure_of(handle_.get(), path_, code); }

Result<Statement> Statement::prepare(const Database& database, std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return database.failure(code);
  return Statement(database, handle);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(handle_.get(), parameter, value);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL instead of an empty text.
  const int code = sqlite3_bind_text64(handle_.get(), parameter, text.empty() ? "" : text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
  const int code = sqlite3_bind_blob64(handle_.get(), parameter, bytes.empty() ? "" : bytes.data(),
                                       bytes.size(), SQLITE_STATIC);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Statement& Statement::bind_optional(int parameter, std::optional<std::int64_t> value) {
  if (value) return bind(parameter, *value);
  const int code = sqlite3_bind_null(handle_.get(), parameter);
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Result<bool> Statement::step() {
  const int bind_code = std::exchange(bind_code_, SQLITE_OK);
  const int code = bind_code == SQLITE_OK ? sqlite3_step(handle_.get()) : bind_code;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  Unexpected error = failure_of(sqlite3_db_handle(handle_.get()), path_, code);
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::run() {
  while (true) {
    REPRO_ASSIGN(const bool has_row, step());
    if (!has_row) return {};
  }
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (sqlite3_column_type(handle_.get(), column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

Result<Transaction> Transaction::begin(const Database& database, Kind kind) {
  REPRO_TRY(database.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(&database);
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // Some failures (a full disk) have ended the transaction already; then there is nothing to take back.
  if (sqlite3_get_autocommit(database_->handle()) == 0) {
    sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Result<void> Transaction::commit() {
  REPRO_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace repro::store
