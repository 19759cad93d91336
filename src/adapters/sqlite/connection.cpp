// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/connection.hpp"

#include "qpkg/base/error.hpp"

#include <sqlite3.h>

#include <cerrno>

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
        code == Code::corrupt ? "restore the file from a backup; qpkg never replaces it silently" : "");
}

Connection::Connection(const std::filesystem::path& file) : file_(file)
{
    const auto result = sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    try {
        if (result != SQLITE_OK) {
            fail(handle_, "open " + file.string());
        }
        sqlite3_extended_result_codes(handle_, 1);
        sqlite3_busy_timeout(handle_, 10'000);
        // FULL: a committed transaction survives a power cut, also in WAL mode.
        execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");
        migrate(*this, file);
    } catch (...) {
        sqlite3_close(handle_);
        throw;
    }
}

Connection::~Connection() { sqlite3_close(handle_); }

void Connection::execute(const char* statements)
{
    if (sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr) != SQLITE_OK) {
        fail(handle_, file_.string());
    }
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }

Statement::Statement(const Connection& connection, const char* sql) : connection_(connection)
{
    if (sqlite3_prepare_v2(connection.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK) {
        fail(connection.handle(), sql);
    }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

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
