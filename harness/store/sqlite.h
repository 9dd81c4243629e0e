#pragma once

// The few calls of SQLite's C interface that the store needs, with ownership and Errors in place of codes.
// Internal to harness/store.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "harness/base/result.h"

namespace repro::store {

enum class OpenMode : std::uint8_t {
  create,      ///< a new file, to be written
  read_write,  ///< an existing file
  read_only,
  immutable,  ///< as read_only, promising that nobody changes the file: needs no lock and no second file
};

/// One connection. `path` is always a file name: never a URI, never ":memory:". One thread at a time.
class Database {
 public:
  [[nodiscard]] static Result<Database> open(const std::string& path, OpenMode mode);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[nodiscard]] bool is_writable() const { return sqlite3_db_readonly(handle_.get(), "main") == 0; }

  /// Runs statements that return nothing.
  [[nodiscard]] Result<void> execute(const char* sql) const;
  /// The first column of the first row, 0 without a row. For PRAGMAs.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql) const;
  /// Puts what the last failing call said into words, with the file's name and what the user can do.
  [[nodiscard]] Unexpected failure(int code) const;

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  std::string path_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// One prepared statement of a Database, which must outlive it. Texts and blobs are bound without a copy:
/// they must live until the statement is stepped to its end or reset.
class Statement {
 public:
  [[nodiscard]] static Result<Statement> prepare(const Database& database, std::string_view sql);

  /// Parameters count from 1, columns from 0.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_blob(int parameter, std::string_view bytes);
  Statement& bind_optional(int parameter, std::optional<std::int64_t> value);

  /// Whether there is a (further) row. After false or an Error the statement is reset and may be used again.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end, ignoring rows.
  [[nodiscard]] Result<void> run();
  void reset() { sqlite3_reset(handle_.get()); }

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  /// Text or blob; valid until the next step or reset.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Statement(const Database& database, sqlite3_stmt* handle) : handle_(handle), path_(database.path()) {}

  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
  std::string path_;
  int bind_code_ = SQLITE_OK;  ///< the first bind that failed (out of memory); told by step
};

/// BEGIN on construction, ROLLBACK in the destructor unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { read, write };
  [[nodiscard]] static Result<Transaction> begin(const Database& database, Kind kind);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(const Database* database) : database_(database) {}
  const Database* database_;
};

}  // namespace repro::store
