// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/database.hpp"

namespace qpkg::sqlite {

Database::Database(const std::filesystem::path& file, Access access)
    : file_(file), connection_(std::make_unique<Connection>(file, access))
{
}
Database::~Database() = default;

void Database::open_for_writing()
{
    connection_.reset();
    connection_ = std::make_unique<Connection>(file_, Access::write);
}

std::optional<std::string> damage_of(const std::filesystem::path& file)
{
    try {
        const Database database(file, Access::read);
        static_cast<void>(database.snapshot());
        const Connection connection(file, Access::read);
        Statement check(connection, "PRAGMA quick_check(1)");
        const auto found = check.step() ? check.text(0) : std::string("ok");
        return found == "ok" ? std::nullopt : std::optional(found);
    } catch (const Error& error) {
        if (error.code() != Code::corrupt) {
            throw;
        }
        return error.what();
    }
}

std::optional<TrustedRole> Database::trusted(const RepoName& repo, const std::string& role) const
{
    Statement row(*connection_, "SELECT version, bytes FROM trusted_role WHERE repo = ? AND role = ?");
    row.bind(repo.text()).bind(role);
    if (!row.step()) {
        return std::nullopt;
    }
    return TrustedRole{role, row.size(0), row.blob(1)};
}

void Database::accept(const RepoName& repo, const TrustedRole& metadata)
{
    Statement(*connection_, "INSERT OR REPLACE INTO trusted_role (repo, role, version, bytes) VALUES (?, ?, ?, ?)")
        .bind(repo.text())
        .bind(metadata.role)
        .bind(metadata.version)
        .bind_blob(metadata.bytes)
        .run();
}

void Database::forget(const RepoName& repo, const std::string& role)
{
    Statement(*connection_, "DELETE FROM trusted_role WHERE repo = ? AND role = ?").bind(repo.text()).bind(role).run();
}

std::int64_t Database::newest_issued(const RepoName& repo) const
{
    Statement row(*connection_, "SELECT issued FROM newest_issued WHERE repo = ?");
    row.bind(repo.text());
    return row.step() ? row.integer(0) : 0;
}

void Database::raise_issued(const RepoName& repo, std::int64_t issued)
{
    Statement(*connection_, "INSERT INTO newest_issued (repo, issued) VALUES (?, ?) "
                            "ON CONFLICT (repo) DO UPDATE SET issued = max(issued, excluded.issued)")
        .bind(repo.text())
        .bind(issued)
        .run();
}

void Database::forget_issued(const RepoName& repo)
{
    Statement(*connection_, "DELETE FROM newest_issued WHERE repo = ?").bind(repo.text()).run();
}

void Database::record(const TrustEvent& event)
{
    Statement(*connection_, "INSERT INTO event (time, repo, what) VALUES (?, ?, ?)")
        .bind(event.time)
        .bind(event.repo.text())
        .bind(event.what)
        .run();
}

std::vector<TrustEvent> Database::events() const
{
    std::vector<TrustEvent> events;
    Statement rows(*connection_, "SELECT time, repo, what FROM event ORDER BY rowid");
    while (rows.step()) {
        events.push_back({rows.integer(0), RepoName::require(rows.text(1), Code::corrupt), rows.text(2)});
    }
    return events;
}

} // namespace qpkg::sqlite
