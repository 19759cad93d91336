// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/database.hpp"
#include "repo-format/repo/manifest.hpp"

#include <map>

namespace qpkg::sqlite {
namespace {

template <class IdType>
IdType digest_id(const std::string& hex)
{
    if (const auto id = IdType::from_hex(hex)) {
        return *id;
    }
    throw Error(Code::corrupt, "database: \"" + hex + "\" is not a digest");
}

/// An empty text is nothing.
template <class IdType>
std::optional<IdType> optional_id(const std::string& hex)
{
    return hex.empty() ? std::nullopt : std::optional(digest_id<IdType>(hex));
}

template <class IdType>
IdType id(const std::string& text)
{
    return IdType::require(text, Code::corrupt);
}

std::optional<Digest> optional_digest(const std::string& hex)
{
    return hex.empty() ? std::nullopt : std::optional(digest_id<CommitId>(hex).digest());
}

std::vector<Package> read_packages(const Connection& connection, const std::string& base)
{
    std::vector<Package> packages;
    Statement rows(connection,
                   "SELECT name, version, arch, sha256 FROM base_package WHERE base = ? ORDER BY name, arch");
    rows.bind(base);
    while (rows.step()) {
        packages.push_back({rows.text(0), rows.text(1), rows.text(2), digest_id<CommitId>(rows.text(3)).digest()});
    }
    return packages;
}

std::vector<Base> read_bases(const Connection& connection)
{
    std::vector<Base> bases;
    Statement rows(connection, "SELECT id, commit_id, volume, volume_size, level, created, IFNULL(details, ''), "
                               "number, IFNULL(release, '') FROM base ORDER BY id, number");
    while (rows.step()) {
        bases.push_back({id<BaseId>(rows.text(0)), digest_id<CommitId>(rows.text(1)), digest_id<VolumeId>(rows.text(2)),
                         rows.size(3), rows.size(4), rows.integer(5), read_packages(connection, rows.text(1)),
                         optional_digest(rows.text(6)), rows.size(7), optional_id<ManifestId>(rows.text(8))});
    }
    return bases;
}

std::vector<AdoptedBase> read_adopted(const Connection& connection)
{
    std::vector<AdoptedBase> adopted;
    Statement rows(connection,
                   "SELECT root, identity, base, level, details, asked, updated FROM adopted_base ORDER BY root");
    while (rows.step()) {
        adopted.push_back({id<QubeName>(rows.text(0)), rows.text(1), id<BaseId>(rows.text(2)), rows.size(3),
                           digest_id<CommitId>(rows.text(4)).digest(), rows.integer(5), rows.text(6)});
    }
    return adopted;
}

void read_rebuilders(const Connection& connection, Repository& repository)
{
    Statement rows(connection, "SELECT organisation, key FROM rebuilder WHERE repo = ? ORDER BY organisation, key");
    rows.bind(repository.name.text());
    while (rows.step()) {
        repository.rebuilders.push_back({rows.text(0), digest_id<CommitId>(rows.text(1)).digest()});
    }
    // 0 organisations: only warn.
    Statement policies(connection, "SELECT namespace, organisations FROM rebuild_policy WHERE repo = ?");
    policies.bind(repository.name.text());
    while (policies.step()) {
        const auto needed = policies.size(1);
        repository.rebuild_policies.emplace(
            policies.text(0), RebuildPolicy{needed == 0 ? RebuildMode::warn : RebuildMode::require, needed});
    }
}

std::vector<Repository> read_repositories(const Connection& connection)
{
    std::vector<Repository> repositories;
    Statement rows(connection, "SELECT name, location, fingerprint, offline_grace FROM repository ORDER BY name");
    while (rows.step()) {
        Repository repository{id<RepoName>(rows.text(0)), rows.text(1), rows.text(2), {}, rows.integer(3)};
        Statement names(connection, "SELECT namespace FROM repository_namespace WHERE repo = ? ORDER BY namespace");
        names.bind(repository.name.text());
        while (names.step()) {
            repository.namespaces.push_back(names.text(0));
        }
        read_rebuilders(connection, repository);
        repositories.push_back(std::move(repository));
    }
    return repositories;
}

std::map<ManifestId, KnownRelease> read_releases(const Connection& connection)
{
    std::map<ManifestId, KnownRelease> releases;
    Statement rows(connection, "SELECT id, repo, manifest FROM known_release");
    while (rows.step()) {
        const auto manifest = digest_id<ManifestId>(rows.text(0));
        releases.emplace(manifest, KnownRelease{manifest, id<RepoName>(rows.text(1)), parse_manifest(rows.blob(2))});
    }
    return releases;
}

using Services = std::map<std::string, std::vector<AllowedService>>; ///< by app

Services read_services(const Connection& connection, const std::string& qube, std::uint64_t generation)
{
    Services services;
    Statement rows(connection, "SELECT app, service, own_rights FROM allowed_service WHERE qube = ? AND generation = ? "
                               "ORDER BY app, service");
    rows.bind(qube).bind(generation);
    while (rows.step()) {
        services[rows.text(0)].push_back(
            {rows.text(1), rows.integer(2) != 0 ? ServiceRights::own : ServiceRights::confined});
    }
    return services;
}

std::vector<Binding> read_bindings(const Connection& connection, const std::string& qube, std::uint64_t generation)
{
    auto services = read_services(connection, qube, generation);
    std::vector<Binding> bindings;
    Statement rows(connection, "SELECT app, release, held, since, IFNULL(own_base, '') FROM binding WHERE qube = ? AND "
                               "generation = ? ORDER BY app");
    rows.bind(qube).bind(generation);
    while (rows.step()) {
        auto app = rows.text(0);
        bindings.push_back({id<AppId>(app), digest_id<ManifestId>(rows.text(1)), rows.integer(2) != 0, rows.size(3),
                            std::move(services[app]), optional_id<CommitId>(rows.text(4))});
    }
    return bindings;
}

NameKey key_of(const std::string& kind, const std::string& name)
{
    if (const auto known = kind_named(kind)) {
        return {*known, name};
    }
    throw Error(Code::corrupt, "database: \"" + kind + "\" is no kind of export");
}

void read_names(const Connection& connection, const std::string& qube, Generation& generation)
{
    Statement holders(connection, "SELECT kind, name, app FROM name_holder WHERE qube = ? AND generation = ?");
    holders.bind(qube).bind(generation.number);
    while (holders.step()) {
        generation.holders.emplace(key_of(holders.text(0), holders.text(1)), id<AppId>(holders.text(2)));
    }
    Statement aliases(connection, "SELECT app, kind, name, called FROM name_alias WHERE qube = ? AND generation = ?");
    aliases.bind(qube).bind(generation.number);
    while (aliases.step()) {
        generation.aliases.insert(
            {id<AppId>(aliases.text(0)), key_of(aliases.text(1), aliases.text(2)), aliases.text(3)});
    }
    Statement own(connection, "SELECT app, kind, name, path FROM own_export WHERE qube = ? AND generation = ?");
    own.bind(qube).bind(generation.number);
    while (own.step()) {
        generation.own.insert({id<AppId>(own.text(0)), key_of(own.text(1), own.text(2)), own.text(3)});
    }
}

std::vector<Qube> read_qubes(const Connection& connection)
{
    std::vector<Qube> qubes;
    Statement rows(connection, "SELECT name, current, composed, identity FROM qube ORDER BY name");
    while (rows.step()) {
        Qube qube{id<QubeName>(rows.text(0)),
                  rows.size(1),
                  {},
                  rows.integer(2) != 0 ? Layout::composed : Layout::separate,
                  rows.text(3)};
        Statement generations(connection, "SELECT number, created, reason, composed, base, IFNULL(base_commit, ''), "
                                          "base_held FROM generation WHERE qube = ? ORDER BY number");
        generations.bind(qube.name.text());
        while (generations.step()) {
            const auto number = generations.size(0);
            const BaseBinding base{id<BaseId>(generations.text(4)), optional_id<CommitId>(generations.text(5)),
                                   generations.integer(6) != 0};
            qube.generations.push_back({number, generations.integer(1), generations.text(2), base,
                                        read_bindings(connection, qube.name.text(), number),
                                        optional_id<VolumeId>(generations.text(3))});
            read_names(connection, qube.name.text(), qube.generations.back());
        }
        qubes.push_back(std::move(qube));
    }
    return qubes;
}

} // namespace

Snapshot Database::snapshot() const
{
    const Reading reading(*connection_);
    return {read_qubes(*connection_),
            read_bases(*connection_),
            read_releases(*connection_),
            read_repositories(*connection_),
            {},
            {},
            {},
            {},
            read_adopted(*connection_)};
}

bool Database::is_blank() const
{
    Statement row(*connection_, "SELECT EXISTS (SELECT 1 FROM base) OR EXISTS (SELECT 1 FROM qube) OR EXISTS (SELECT 1 "
                                "FROM known_release)");
    return !row.step() || row.integer(0) == 0;
}

std::optional<RepoName> Database::pinned(const AppId& app) const
{
    Statement row(*connection_, "SELECT repo FROM pin WHERE app = ?");
    row.bind(app.text());
    return row.step() ? std::optional(id<RepoName>(row.text(0))) : std::nullopt;
}

} // namespace qpkg::sqlite
