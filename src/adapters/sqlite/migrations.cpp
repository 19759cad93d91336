// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why migrations are only ever appended. A database says which of them it has had. One that is changed afterwards would
// leave machines with two schemas under one number. Each runs in the transaction that raises the number, so a crash
// leaves the old schema or the new one. Readers migrate nothing: they say which command does.

#include "adapters/sqlite/connection.hpp"

#include "qpkg/core/error.hpp"

#include <array>
#include <string>

namespace qpkg::sqlite {
namespace {

// Element n brings a database of version n to version n + 1. Only ever appended to.
constexpr std::array migrations{
    R"sql(
CREATE TABLE base (
    id TEXT PRIMARY KEY, commit_id TEXT NOT NULL, volume TEXT NOT NULL, volume_size INTEGER NOT NULL,
    level INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE TABLE base_package (
    base TEXT NOT NULL REFERENCES base(id) ON DELETE CASCADE, name TEXT NOT NULL, version TEXT NOT NULL,
    arch TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (base, name, arch)) STRICT;
CREATE TABLE repository (
    name TEXT PRIMARY KEY, location TEXT NOT NULL, fingerprint TEXT NOT NULL, offline_grace INTEGER NOT NULL) STRICT;
CREATE TABLE repository_namespace (
    repo TEXT NOT NULL REFERENCES repository(name) ON DELETE CASCADE, namespace TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE known_release (
    id TEXT PRIMARY KEY, repo TEXT NOT NULL, manifest BLOB NOT NULL) STRICT;
CREATE TABLE qube (
    name TEXT PRIMARY KEY, base TEXT NOT NULL, base_commit TEXT NOT NULL, base_volume TEXT NOT NULL,
    current INTEGER NOT NULL) STRICT;
CREATE TABLE generation (
    qube TEXT NOT NULL REFERENCES qube(name) ON DELETE CASCADE, number INTEGER NOT NULL, created INTEGER NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (qube, number)) STRICT;
CREATE TABLE binding (
    qube TEXT NOT NULL, generation INTEGER NOT NULL, app TEXT NOT NULL,
    release TEXT NOT NULL REFERENCES known_release(id), held INTEGER NOT NULL,
    PRIMARY KEY (qube, generation, app),
    FOREIGN KEY (qube, generation) REFERENCES generation(qube, number) ON DELETE CASCADE) STRICT;
CREATE TABLE trusted_role (
    repo TEXT NOT NULL, role TEXT NOT NULL, version INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (repo, role)) STRICT;
CREATE TABLE newest_issued (repo TEXT PRIMARY KEY, issued INTEGER NOT NULL) STRICT;
CREATE TABLE pin (app TEXT PRIMARY KEY, repo TEXT NOT NULL) STRICT;
CREATE TABLE event (time INTEGER NOT NULL, repo TEXT NOT NULL, what TEXT NOT NULL) STRICT;
)sql",
    R"sql(
CREATE TABLE rebuilder (
    repo TEXT NOT NULL REFERENCES repository(name) ON DELETE CASCADE, organisation TEXT NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (repo, organisation, key)) STRICT;
CREATE TABLE rebuild_policy (
    repo TEXT NOT NULL REFERENCES repository(name) ON DELETE CASCADE, namespace TEXT NOT NULL,
    organisations INTEGER NOT NULL, PRIMARY KEY (repo, namespace)) STRICT;
)sql",
    R"sql(
ALTER TABLE generation ADD COLUMN composed TEXT NOT NULL DEFAULT '';
ALTER TABLE qube ADD COLUMN composed INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
ALTER TABLE binding ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE name_holder (
    qube TEXT NOT NULL, generation INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, app TEXT NOT NULL,
    PRIMARY KEY (qube, generation, kind, name),
    FOREIGN KEY (qube, generation) REFERENCES generation(qube, number) ON DELETE CASCADE) STRICT;
CREATE TABLE name_alias (
    qube TEXT NOT NULL, generation INTEGER NOT NULL, app TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    called TEXT NOT NULL, PRIMARY KEY (qube, generation, app, kind, name),
    FOREIGN KEY (qube, generation) REFERENCES generation(qube, number) ON DELETE CASCADE) STRICT;
CREATE TABLE allowed_service (
    qube TEXT NOT NULL, generation INTEGER NOT NULL, app TEXT NOT NULL, service TEXT NOT NULL,
    own_rights INTEGER NOT NULL, PRIMARY KEY (qube, generation, app, service),
    FOREIGN KEY (qube, generation, app) REFERENCES binding(qube, generation, app) ON DELETE CASCADE) STRICT;
)sql",
    R"sql(
ALTER TABLE qube ADD COLUMN identity TEXT NOT NULL DEFAULT '';
)sql",
    R"sql(
CREATE TABLE own_export (
    qube TEXT NOT NULL, generation INTEGER NOT NULL, app TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    path TEXT NOT NULL, PRIMARY KEY (qube, generation, app, kind, name),
    FOREIGN KEY (qube, generation) REFERENCES generation(qube, number) ON DELETE CASCADE) STRICT;
)sql",
    R"sql(
ALTER TABLE base ADD COLUMN details TEXT NOT NULL DEFAULT '';
)sql",
    R"sql(
DROP TABLE base_package;
DROP TABLE base;
CREATE TABLE base (
    commit_id TEXT PRIMARY KEY, id TEXT NOT NULL, number INTEGER NOT NULL, release TEXT REFERENCES known_release(id),
    volume TEXT NOT NULL, volume_size INTEGER NOT NULL, level INTEGER NOT NULL, created INTEGER NOT NULL,
    details TEXT) STRICT;
CREATE TABLE base_package (
    base TEXT NOT NULL REFERENCES base(commit_id) ON DELETE CASCADE, name TEXT NOT NULL, version TEXT NOT NULL,
    arch TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (base, name, arch)) STRICT;
ALTER TABLE generation ADD COLUMN base TEXT NOT NULL DEFAULT '';
ALTER TABLE generation ADD COLUMN base_commit TEXT REFERENCES base(commit_id);
ALTER TABLE generation ADD COLUMN base_held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE binding ADD COLUMN own_base TEXT REFERENCES base(commit_id);
ALTER TABLE qube DROP COLUMN base;
ALTER TABLE qube DROP COLUMN base_commit;
ALTER TABLE qube DROP COLUMN base_volume;
)sql",
    R"sql(
CREATE TABLE adopted_base (
    root TEXT PRIMARY KEY, identity TEXT NOT NULL, base TEXT NOT NULL, level INTEGER NOT NULL, details TEXT NOT NULL,
    asked INTEGER NOT NULL, updated TEXT NOT NULL) STRICT;
)sql",
};

constexpr std::int64_t oldest_known = 8; ///< what qpkg 0.1 wrote is not brought up to date

std::int64_t version_of(const Connection& connection)
{
    Statement statement(connection, "PRAGMA user_version");
    statement.step();
    return statement.integer(0);
}

void refuse_others(std::int64_t version, const std::filesystem::path& file)
{
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (version > newest) {
        throw Error(Code::unsupported,
                    "database " + file.string() + " has version " + std::to_string(version) + ", this qpkg knows " +
                        std::to_string(newest),
                    "use the newer qpkg that wrote it");
    }
    if (version > 0 && version < oldest_known) {
        throw Error(Code::unsupported, "database " + file.string() + " was made by qpkg 0.1",
                    "make a new state directory, and build and install the apps again");
    }
}

} // namespace

void migrate(Connection& connection, const std::filesystem::path& file)
{
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (version_of(connection) == newest) {
        return;
    }
    Transaction transaction(connection);
    const auto version = version_of(connection); // again: another process may have been faster
    refuse_others(version, file);
    for (auto step = version; step < newest; ++step) {
        connection.execute(migrations.at(static_cast<std::size_t>(step)));
    }
    connection.execute(("PRAGMA user_version=" + std::to_string(newest)).c_str());
    transaction.commit();
}

bool is_current(const Connection& connection, const std::filesystem::path& file)
{
    const auto version = version_of(connection);
    refuse_others(version, file);
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (version != 0 && version < newest) {
        throw Error(Code::unsupported,
                    "database " + file.string() + " has version " + std::to_string(version) +
                        ", which is older than what this qpkg reads: " + std::to_string(newest),
                    "make a new state directory, and build and install the apps again");
    }
    return version == newest;
}

} // namespace qpkg::sqlite
