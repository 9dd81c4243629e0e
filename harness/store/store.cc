#include "harness/store/store.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/base/text.h"
#include "harness/model/json.h"
#include "harness/store/schema.h"
#include "harness/store/store_impl.h"

namespace repro::store {
namespace {

using Json = nlohmann::ordered_json;

/// Text that SQLite and JSON can hold, or nothing when some string is not UTF-8.
std::optional<std::string> dump(const Json& json) {
  try {
    return json.dump();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

Result<std::string> stored_form(const std::string& path, const Json& json) {
  std::optional<std::string> text = dump(json);
  if (text) return *std::move(text);
  // Replacing the bytes would make a resumed campaign run another command than the one that was asked for.
  return fail(ErrorKind::usage, fmt::format("'{}' cannot hold this request: a command, path or variable in "
                                            "it is not UTF-8; use a script with a plain name",
                                            printable(path)));
}

Result<void> insert_campaign(const Database& database, const Request& request, const MachineFacts& machine,
                             std::chrono::nanoseconds started_at) {
  REPRO_ASSIGN(const std::string request_text, stored_form(database.path(), to_json(request)));
  REPRO_ASSIGN(const std::string machine_text, stored_form(database.path(), Json(machine)));
  REPRO_ASSIGN(Statement campaign,
               Statement::prepare(database,
                                  "INSERT INTO campaign (id, request, machine, started_at_ns, state) "
                                  "VALUES (1, ?, ?, ?, ?)"));
  campaign.bind(1, request_text).bind(2, machine_text).bind(3, started_at.count());
  campaign.bind(4, to_string(CampaignState::running));
  REPRO_TRY(campaign.run());
  REPRO_ASSIGN(Statement arm,
               Statement::prepare(
                   database, "INSERT INTO arms (arm, variant, sanitizer, schedule) VALUES (?, ?, ?, ?)"));
  for (const Arm& wanted : request.arms) {
    arm.bind(1, std::int64_t{wanted.id}).bind(2, wanted.key.variant);
    arm.bind(3, to_string(wanted.key.sanitizer)).bind(4, wanted.key.schedule);
    REPRO_TRY(arm.run());
  }
  return {};
}

/// A whole new file at `path`, closed again.
Result<void> write_new_file(const std::string& path, const Request& request, const MachineFacts& machine,
                            std::chrono::nanoseconds started_at) {
  REPRO_ASSIGN(const Database database, Database::open(path, OpenMode::create));
  REPRO_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::write));
  REPRO_TRY(create_schema(database));
  REPRO_TRY(insert_campaign(database, request, machine, started_at));
  return transaction.commit();
}

/// Clears the place of a file that is to be created, and what a killed harness may have left beside it; the
/// lock says that none is at work. SQLite would replay a log of another file with this name into the new one.
void remove_leftovers(const std::string& path) {
  for (const std::string_view suffix : {"", "-wal", "-shm", "-journal"}) {
    ::unlink((path + std::string(suffix)).c_str());
  }
}

Unexpected refuse_existing(const std::string& path) {
  return fail(ErrorKind::usage,
              fmt::format("'{}' exists already; add to it with --resume or name another file with --out",
                          printable(path)),
              EEXIST);
}

/// rename(2) that never replaces. Where the file system cannot promise that, the check before it and the
/// writer lock are what remains.
Result<void> move_into_place(const std::string& from, const std::string& to) {
  if (::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
    return {};
  if (errno == EEXIST) return refuse_existing(to);
  if (errno == EINVAL && ::rename(from.c_str(), to.c_str()) == 0) return {};
  return fail_errno(ErrorKind::store, fmt::format("cannot create '{}'", printable(to)), errno);
}

/// The kinds of path that SQLite would give no useful words for.
Result<void> check_path(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return fail_errno(ErrorKind::usage, fmt::format("cannot open '{}'", printable(path)), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::usage, fmt::format("'{}' is not a file", printable(path)));
  }
  if (status.st_size == 0) {
    return fail(ErrorKind::store, fmt::format("'{}' is empty, not a campaign file", printable(path)));
  }
  return {};
}

Result<void> begin_session(const Database& database) {
  // At rest the file is in rollback mode (see close_session), so that anyone can read it anywhere.
  REPRO_TRY(database.execute("PRAGMA journal_mode = WAL"));
  REPRO_TRY(database.execute("PRAGMA synchronous = NORMAL"));
  return database.execute("UPDATE campaign SET state = 'running', state_note = ''");
}

/// Folds the log into the file and leaves WAL mode: a database in WAL mode cannot be read from a folder that
/// the reader may not write to. Not possible while somebody reads; then the file stays in WAL mode, which
/// is as valid, and nothing is worth saying.
void close_session(const Database& database) {
  sqlite3_busy_timeout(database.handle(), 0);
  if (const Result<void> left = database.execute("PRAGMA journal_mode = DELETE"); !left) return;
}

Result<Database> open_checked(const std::string& path, OpenMode mode) {
  REPRO_ASSIGN(Database database, Database::open(path, mode));
  REPRO_TRY(check_schema(database));
  return database;
}

bool has_content(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

/// Reads a file that lies where no file can be made beside it, which a reader of a WAL database needs. When
/// there is no log there is also nobody who writes.
Result<Database> open_without_companions(const std::string& path) {
  for (const std::string_view suffix : {"-wal", "-journal"}) {
    if (!has_content(path + std::string(suffix))) continue;
    return fail(ErrorKind::store,
                fmt::format("'{0}' was left by a harness that was killed, and its folder may not be written: "
                            "copy it together with '{0}{1}' to a folder of yours",
                            printable(path), suffix));
  }
  return open_checked(path, OpenMode::immutable);
}

/// A harness killed while it entered or left WAL mode leaves a journal that must be rolled back before anyone
/// can read; a read-only connection may not do that. Afterwards this one writes nothing either.
Result<Database> open_with_recovery(const std::string& path) {
  REPRO_ASSIGN(Database database, open_checked(path, OpenMode::read_write));
  REPRO_TRY(database.execute("PRAGMA query_only = ON"));
  return database;
}

/// Asked of the folder and not of SQLite, which reports this as one of several codes without an errno.
bool is_in_read_only_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  return ::access(folder.c_str(), W_OK) != 0;
}

}  // namespace

std::string files_directory(const std::string& campaign_path) { return campaign_path + "-files"; }

std::string run_files_directory(const std::string& campaign_path, std::uint64_t run_index) {
  return fmt::format("{}/run-{}", files_directory(campaign_path), run_index);
}

bool keeps_logs(KeepLogs policy, Outcome outcome) {
  switch (policy) {
    case KeepLogs::failures:
      return outcome != Outcome::ok;
    case KeepLogs::all:
      return true;
    case KeepLogs::none:
      break;
  }
  return false;
}

Store::Impl::~Impl() {
  if (!writer_) return;
  writer_.reset();
  close_session(database_);
}

Result<std::unique_ptr<Store::Impl>> Store::Impl::open_for_writing(const std::string& path, WriterLock lock) {
  REPRO_ASSIGN(Database database, open_checked(path, OpenMode::read_write));
  if (!database.is_writable()) return database.failure(SQLITE_READONLY);
  REPRO_ASSIGN(CampaignRow campaign, read_campaign(database));
  REPRO_TRY(begin_session(database));
  REPRO_TRY(upgrade_schema(database));
  auto impl = std::make_unique<Impl>(std::move(lock), std::move(database), std::move(campaign));
  REPRO_ASSIGN(RunWriter writer, RunWriter::prepare(impl->database_));
  impl->writer_.emplace(std::move(writer));
  return impl;
}

Result<Store> Store::create(const std::string& path, const Request& request, const MachineFacts& machine,
                            std::chrono::nanoseconds started_at_unix) {
  REPRO_ASSIGN(WriterLock lock, WriterLock::acquire(path));
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return refuse_existing(path);
  const std::string unfinished = path + "-new";
  remove_leftovers(path);
  remove_leftovers(unfinished);
  Result<void> written = write_new_file(unfinished, request, machine, started_at_unix);
  if (written) written = move_into_place(unfinished, path);
  if (!written) {
    remove_leftovers(unfinished);
    return Unexpected(std::move(written).error());
  }
  REPRO_ASSIGN(std::unique_ptr<Impl> impl, Impl::open_for_writing(path, std::move(lock)));
  return Store(std::move(impl));
}

Result<Store> Store::open_for_append(const std::string& path) {
  REPRO_TRY(check_path(path));
  REPRO_ASSIGN(WriterLock lock, WriterLock::acquire(path));
  REPRO_ASSIGN(std::unique_ptr<Impl> impl, Impl::open_for_writing(path, std::move(lock)));
  return Store(std::move(impl));
}

Result<Store> Store::open_read_only(const std::string& path) {
  REPRO_TRY(check_path(path));
  Result<Database> database = open_checked(path, OpenMode::read_only);
  if (!database && ::access(path.c_str(), R_OK) == 0) {
    if (is_in_read_only_folder(path)) {
      database = open_without_companions(path);
    } else if (has_content(path + "-journal")) {
      database = open_with_recovery(path);
    }
  }
  if (!database) return Unexpected(std::move(database).error());
  REPRO_ASSIGN(CampaignRow campaign, read_campaign(*database));
  return Store(std::make_unique<Impl>(std::nullopt, *std::move(database), std::move(campaign)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store::~Store() = default;

const std::string& Store::path() const { return impl_->database_.path(); }
const Request& Store::request() const { return impl_->campaign_.request; }
const MachineFacts& Store::machine() const { return impl_->campaign_.machine; }

}  // namespace repro::store
