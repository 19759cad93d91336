// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/connection.hpp"

#include "qpkg/core/error.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace qpkg::sqlite {
namespace {

Code code_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return Code::corrupt;
    case SQLITE_FULL:
        return Code::no_space;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Code::busy;
    case SQLITE_CONSTRAINT:
        return Code::conflict;
    default:
        return Code::failed;
    }
}

constexpr int patience_milliseconds = 10'000;
constexpr std::uintmax_t wal_header = 32; ///< bytes; https://www.sqlite.org/fileformat.html#the_write_ahead_log

/// Made under a strict umask, or by a copy: whoever may see the folder may read. Secrets are not in there.
void open_to_readers(const std::string& path)
{
    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0777U) != 0644) {
        (void)!::chmod(path.c_str(), 0644);
    }
}

/// https://www.sqlite.org/uri.html
std::string uri(const std::filesystem::path& file)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string name = "file:";
    for (const char c : std::filesystem::absolute(file).string()) {
        if (c == '%' || c == '?' || c == '#') {
            const auto byte = static_cast<unsigned char>(c);
            name += '%';
            name += digits[byte >> 4U];
            name += digits[byte & 15U];
        } else {
            name += c;
        }
    }
    return name;
}

} // namespace

void fail(sqlite3* handle, std::string_view action)
{
    // A full disk that is met in a side file is told as an I/O error, and so is the file size limit.
    const auto found = code_of(sqlite3_extended_errcode(handle));
    if (sqlite3_system_errno(handle) == EFBIG) {
        throw system_error("database: " + std::string(action), EFBIG);
    }
    const bool full = found == Code::no_space || sqlite3_system_errno(handle) == ENOSPC;
    const auto code = full ? Code::no_space : found;
    throw Error(
        code, "database: " + std::string(action) + ": " + (full ? "no space left on the disk" : sqlite3_errmsg(handle)),
        code == Code::corrupt
            ? "bring back a copy of state.db; or set it aside and record what can be told: qpkg restore"
            : "");
}

Connection::Connection(const std::filesystem::path& file, Access access) : file_(file)
{
    try {
        if (access == Access::write) {
            open_for_writing();
        } else {
            open_for_reading();
        }
    } catch (...) {
        close();
        throw;
    }
}

void Connection::open_for_writing()
{
    for (const auto* part : {"", "-wal", "-shm"}) {
        open_to_readers(file_.string() + part);
    }
    const auto result = sqlite3_open_v2(file_.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    if (result != SQLITE_OK) {
        fail(handle_, "open " + file_.string());
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, patience_milliseconds);
    // Readers that may write nothing find SQLite's own files only when they outlive the writers. Nothing is left in
    // them: who copies back an older database must not meet newer pages.
    int keep = 1;
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    // FULL: a committed transaction survives a power cut, also in WAL mode.
    execute("PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=0; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA trusted_schema=OFF");
    migrate(*this, file_);
}

void Connection::open_for_reading()
{
    std::error_code none;
    const auto size = std::filesystem::file_size(file_, none);
    const bool nothing = none == std::errc::no_such_file_or_directory || (!none && size == 0);
    if (!nothing) {
        open_what_is_there();
        if (is_current(*this, file_)) {
            return;
        }
        close();
    }
    if (!try_open(":memory:", SQLITE_OPEN_READWRITE)) {
        fail(handle_, "open a database in memory");
    }
    migrate(*this, file_);
}

void Connection::open_what_is_there()
{
    const auto name = uri(file_);
    std::error_code none;
    const auto pending = std::filesystem::file_size(file_.string() + "-wal", none);
    const bool alone = none || pending <= wal_header;
    // A writer that is killed when it has begun its pages leaves their header alone. A reader that may not write the
    // index takes that for another writer at work, and gives up after ten seconds (SQLite 3.40).
    const bool begun = !none && pending > 0 && alone;
    // SQLite's index beside the file is written by readers, too, unless they say that they will not; and where it is
    // not there, it is made. Without a writer's pages there is nothing it would be needed for.
    if (!begun && try_open(name + "?mode=ro&readonly_shm=1", SQLITE_OPEN_READONLY)) {
        return;
    }
    const bool may_write_index = ::access((file_.string() + "-shm").c_str(), W_OK) == 0;
    if ((!alone || (begun && may_write_index)) && try_open(name + "?mode=ro", SQLITE_OPEN_READONLY)) {
        return;
    }
    if (!alone || !try_open(name + "?mode=ro&immutable=1", SQLITE_OPEN_READONLY)) {
        fail(handle_, "open " + file_.string());
    }
}

/// True when it can also be read.
bool Connection::try_open(const std::string& name, int flags)
{
    close();
    if (sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_URI, nullptr) != SQLITE_OK) {
        return false;
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, patience_milliseconds);
    const auto result = sqlite3_exec(handle_, "PRAGMA trusted_schema=OFF; SELECT count(*) FROM sqlite_schema", nullptr,
                                     nullptr, nullptr);
    const auto cause = result & 0xff;
    if (result != SQLITE_OK && cause != SQLITE_CANTOPEN && cause != SQLITE_READONLY) {
        fail(handle_, file_.string());
    }
    return result == SQLITE_OK;
}

Connection::~Connection() { close(); }

/// A statement that is left keeps the file open.
void Connection::close()
{
    for (const auto& [sql, statement] : idle_) {
        sqlite3_finalize(statement);
    }
    idle_.clear();
    sqlite3_close(std::exchange(handle_, nullptr));
}

sqlite3_stmt* Connection::take_statement(const char* sql) const
{
    if (auto idle = idle_.extract(sql)) {
        return idle.mapped();
    }
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) {
        fail(handle_, sql);
    }
    return statement;
}

void Connection::give_back(sqlite3_stmt* statement) const
{
    sqlite3_reset(statement); // it says once more what `step` said
    sqlite3_clear_bindings(statement);
    idle_.emplace(sqlite3_sql(statement), statement);
}

void Connection::execute(const char* statements)
{
    if (sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_, file_.string());
    }
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

Statement::Statement(const Connection& connection, const char* sql)
    : connection_(connection), statement_(connection.take_statement(sql))
{
}

Statement::~Statement() { connection_.give_back(statement_); }

Statement& Statement::bind(std::string_view text)
{
    sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bind(std::int64_t value)
{
    sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes)
{
    sqlite3_bind_blob64(statement_, ++bound_, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    return *this;
}

bool Statement::step()
{
    const auto result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) {
        return true;
    }
    if (result != SQLITE_DONE) {
        fail(connection_.handle(), sqlite3_sql(statement_));
    }
    return false;
}

void Statement::run()
{
    while (step()) {
    }
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes == nullptr ? std::string()
                            : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string Statement::blob(int column) const
{
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return bytes == nullptr ? std::string()
                            : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

Transaction::Transaction(Connection& connection) : connection_(connection) { connection_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction()
{
    if (open_) {
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void Transaction::commit()
{
    connection_.execute("COMMIT");
    open_ = false;
}

Reading::Reading(Connection& connection) : connection_(connection) { connection_.execute("BEGIN DEFERRED"); }
Reading::~Reading() { sqlite3_exec(connection_.handle(), "COMMIT", nullptr, nullptr, nullptr); }

} // namespace qpkg::sqlite
