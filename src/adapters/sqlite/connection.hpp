// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why readers write nothing at all. `status` and `list` must work for an ordinary user, on a full or read-only disk,
// and beside a writer. SQLite's write-ahead log allows one writer and many readers, but its readers usually write, too:
// an index in shared memory. They are told not to (`readonly_shm`), which also keeps a full disk from killing them, for
// a page of that file that cannot be written is a SIGBUS. Without an index they open the file as unchangeable, which is
// true as long as no writer's pages are pending. Writers leave the index behind, empty of pages, so that an older copy
// of the database can take its place.
//
// Writers sync at each commit (synchronous=FULL): the commit is the moment an install happens, and that must outlive a
// power cut. There is one, by the lock of the engine, not by SQLite's patience.
#pragma once

#include "adapters/sqlite/database.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace qpkg::sqlite {

/// One database file: WAL, synchronous FULL, foreign keys, schema brought up to date.
/// Readers write nothing at all: not the file, nor what SQLite keeps beside it, so that a full disk, a read-only one
/// and missing rights do not hinder them. A file that is absent or empty is to them a database without rows. Errors:
/// corrupt (not a database, damaged), unsupported (written by a newer qpkg), busy, no_space, failed.
class Connection {
public:
    explicit Connection(const std::filesystem::path& file, Access access = Access::write);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    void execute(const char* statements);
    /// Rows changed by the last statement.
    std::int64_t changes() const;

    sqlite3* handle() const noexcept { return handle_; }

    /// A statement that nobody uses, prepared once for each use at a time.
    sqlite3_stmt* take_statement(const char* sql) const;
    void give_back(sqlite3_stmt* statement) const;

private:
    void close();
    void open_for_writing();
    void open_for_reading();
    void open_what_is_there();
    bool try_open(const std::string& name, int flags);

    sqlite3* handle_ = nullptr;
    mutable std::unordered_multimap<std::string_view, sqlite3_stmt*> idle_; ///< by their SQL, which they keep
    std::filesystem::path file_;
};

/// Turns SQLite's last complaint into an Error.
[[noreturn]] void fail(sqlite3* handle, std::string_view action);

/// One prepared statement, as long as it is used; parameters are bound in order.
class Statement {
public:
    Statement(const Connection& connection, const char* sql);
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    Statement& bind(std::string_view text);
    Statement& bind(std::int64_t value);
    Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
    Statement& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
    Statement& bind_blob(std::string_view bytes);

    /// True while there is a row to read.
    bool step();
    /// For statements without rows.
    void run();

    std::string text(int column) const;
    std::string blob(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t size(int column) const { return static_cast<std::uint64_t>(integer(column)); }

private:
    const Connection& connection_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when it is left without `commit`.
class Transaction {
public:
    explicit Transaction(Connection& connection);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

/// BEGIN DEFERRED for one consistent reading.
class Reading {
public:
    explicit Reading(Connection& connection);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading();

private:
    Connection& connection_;
};

/// Brings an older database up to date, one migration after the other, in one transaction.
void migrate(Connection& connection, const std::filesystem::path& file);
/// What a reader does instead. False where nothing was ever written. Error unsupported: of another version.
bool is_current(const Connection& connection, const std::filesystem::path& file);

} // namespace qpkg::sqlite
