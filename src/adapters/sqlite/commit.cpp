// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/database.hpp"
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/fault.hpp"

namespace qpkg::sqlite {
namespace {

void write_names(Connection& connection, const std::string& qube, const Generation& generation)
{
    for (const auto& [key, app] : generation.holders) {
        Statement(connection, "INSERT INTO name_holder (qube, generation, kind, name, app) VALUES (?, ?, ?, ?, ?)")
            .bind(qube)
            .bind(generation.number)
            .bind(word_of(key.kind))
            .bind(key.name)
            .bind(app.text())
            .run();
    }
    for (const auto& alias : generation.aliases) {
        Statement(connection,
                  "INSERT INTO name_alias (qube, generation, app, kind, name, called) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(qube)
            .bind(generation.number)
            .bind(alias.app.text())
            .bind(word_of(alias.key.kind))
            .bind(alias.key.name)
            .bind(alias.name)
            .run();
    }
    for (const auto& own : generation.own) {
        Statement(connection,
                  "INSERT INTO own_export (qube, generation, app, kind, name, path) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(qube)
            .bind(generation.number)
            .bind(own.app.text())
            .bind(word_of(own.key.kind))
            .bind(own.key.name)
            .bind(own.path)
            .run();
    }
}

void write_generation(Connection& connection, const std::string& qube, const Generation& generation)
{
    Statement(connection, "INSERT INTO generation (qube, number, created, reason, composed, base, base_commit, "
                          "base_held) VALUES (?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?)")
        .bind(qube)
        .bind(generation.number)
        .bind(generation.created)
        .bind(generation.reason)
        .bind(generation.composed ? generation.composed->hex() : "")
        .bind(generation.base.id.text())
        .bind(generation.base.commit ? generation.base.commit->hex() : "")
        .bind(generation.base.held)
        .run();
    for (const auto& binding : generation.bindings) {
        Statement(connection,
                  "INSERT INTO binding (qube, generation, app, release, held, since, own_base) VALUES (?, ?, ?, ?, ?, "
                  "?, NULLIF(?, ''))")
            .bind(qube)
            .bind(generation.number)
            .bind(binding.app.text())
            .bind(binding.release.hex())
            .bind(binding.held)
            .bind(binding.since)
            .bind(binding.own_base ? binding.own_base->hex() : "")
            .run();
        for (const auto& service : binding.services) {
            Statement(connection,
                      "INSERT INTO allowed_service (qube, generation, app, service, own_rights) VALUES (?, ?, ?, ?, ?)")
                .bind(qube)
                .bind(generation.number)
                .bind(binding.app.text())
                .bind(service.name)
                .bind(service.rights == ServiceRights::own)
                .run();
        }
        Statement(connection, "INSERT OR IGNORE INTO pin (app, repo) SELECT ?, repo FROM known_release WHERE id = ?")
            .bind(binding.app.text())
            .bind(binding.release.hex())
            .run();
    }
    write_names(connection, qube, generation);
}

class Writer {
public:
    explicit Writer(Connection& connection) : connection_(connection) {}

    void operator()(const CreateQube& change)
    {
        const auto& qube = change.qube;
        Statement(connection_, "INSERT INTO qube (name, current, composed, identity) VALUES (?, ?, ?, ?)")
            .bind(qube.name.text())
            .bind(qube.current)
            .bind(qube.layout == Layout::composed)
            .bind(qube.identity)
            .run();
        for (const auto& generation : qube.generations) {
            write_generation(connection_, qube.name.text(), generation);
        }
    }

    void operator()(const IdentifyQube& change)
    {
        Statement(connection_, "UPDATE qube SET identity = ? WHERE name = ?")
            .bind(change.identity)
            .bind(change.name.text())
            .run();
    }

    void operator()(const RemoveQube& change)
    {
        Statement(connection_, "DELETE FROM qube WHERE name = ?").bind(change.name.text()).run();
    }

    void operator()(const AdvanceQube& change)
    {
        set_current(change.name, change.planned_on, change.next.number);
        write_generation(connection_, change.name.text(), change.next);
    }

    void operator()(const PointQube& change) { set_current(change.name, change.planned_on, change.to); }

    void operator()(const SetLayout& change)
    {
        Statement(connection_, "UPDATE qube SET composed = ? WHERE name = ?")
            .bind(change.layout == Layout::composed)
            .bind(change.name.text())
            .run();
    }

    void operator()(const DropGenerations& change)
    {
        for (const auto number : change.numbers) {
            Statement(connection_, "DELETE FROM generation WHERE qube = ? AND number = ?")
                .bind(change.name.text())
                .bind(number)
                .run();
        }
    }

    void operator()(const SetBase& change)
    {
        const auto& base = change.base;
        Statement(connection_,
                  "INSERT INTO base (commit_id, id, number, release, volume, volume_size, level, created, details) "
                  "VALUES (?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, NULLIF(?, '')) "
                  "ON CONFLICT (commit_id) DO UPDATE SET id = excluded.id, number = excluded.number, release = "
                  "excluded.release, volume = excluded.volume, volume_size = excluded.volume_size, level = "
                  "excluded.level, created = excluded.created, details = excluded.details")
            .bind(base.commit.hex())
            .bind(base.id.text())
            .bind(base.number)
            .bind(base.release ? base.release->hex() : "")
            .bind(base.volume.hex())
            .bind(base.volume_size)
            .bind(base.level)
            .bind(base.created)
            .bind(base.details ? base.details->hex() : "")
            .run();
        Statement(connection_, "DELETE FROM base_package WHERE base = ?").bind(base.commit.hex()).run();
        for (const auto& package : base.packages) {
            Statement(connection_,
                      "INSERT INTO base_package (base, name, version, arch, sha256) VALUES (?, ?, ?, ?, ?)")
                .bind(base.commit.hex())
                .bind(package.name)
                .bind(package.version)
                .bind(package.arch)
                .bind(package.sha256.hex())
                .run();
        }
    }

    void operator()(const RemoveBase& change)
    {
        Statement(connection_, "DELETE FROM base WHERE commit_id = ?").bind(change.commit.hex()).run();
    }

    void operator()(const AdoptBase& change)
    {
        const auto& base = change.base;
        Statement(connection_, "INSERT OR REPLACE INTO adopted_base (root, identity, base, level, details, asked, "
                               "updated) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(base.root.text())
            .bind(base.identity)
            .bind(base.id.text())
            .bind(base.level)
            .bind(base.details.hex())
            .bind(base.asked)
            .bind(base.updated)
            .run();
    }

    void operator()(const ForgetAdopted& change)
    {
        Statement(connection_, "DELETE FROM adopted_base WHERE root = ?").bind(change.root.text()).run();
    }

    void operator()(const SetRepository& change)
    {
        const auto& repository = change.repository;
        Statement(connection_, "DELETE FROM repository WHERE name = ?").bind(repository.name.text()).run();
        Statement(connection_,
                  "INSERT INTO repository (name, location, fingerprint, offline_grace) VALUES (?, ?, ?, ?)")
            .bind(repository.name.text())
            .bind(repository.location)
            .bind(repository.fingerprint)
            .bind(repository.offline_grace)
            .run();
        for (const auto& name : repository.namespaces) {
            Statement(connection_, "INSERT INTO repository_namespace (repo, namespace) VALUES (?, ?)")
                .bind(repository.name.text())
                .bind(name)
                .run();
        }
        for (const auto& rebuilder : repository.rebuilders) {
            Statement(connection_, "INSERT INTO rebuilder (repo, organisation, key) VALUES (?, ?, ?)")
                .bind(repository.name.text())
                .bind(rebuilder.organisation)
                .bind(rebuilder.key.hex())
                .run();
        }
        for (const auto& [name, policy] : repository.rebuild_policies) {
            Statement(connection_, "INSERT INTO rebuild_policy (repo, namespace, organisations) VALUES (?, ?, ?)")
                .bind(repository.name.text())
                .bind(name)
                .bind(policy.organisations)
                .run();
        }
    }

    void operator()(const RemoveRepository& change)
    {
        for (const auto* sql : {"DELETE FROM repository WHERE name = ?", "DELETE FROM trusted_role WHERE repo = ?",
                                "DELETE FROM newest_issued WHERE repo = ?"}) {
            Statement(connection_, sql).bind(change.name.text()).run();
        }
    }

    void operator()(const LearnRelease& change)
    {
        Statement(connection_, "INSERT OR REPLACE INTO known_release (id, repo, manifest) VALUES (?, ?, ?)")
            .bind(change.release.id.hex())
            .bind(change.release.repo.text())
            .bind_blob(encode_manifest(change.release.release))
            .run();
    }

    void operator()(const ForgetRelease& change)
    {
        Statement(connection_, "DELETE FROM known_release WHERE id = ?").bind(change.id.hex()).run();
    }

private:
    void set_current(const QubeName& qube, std::uint64_t planned_on, std::uint64_t next)
    {
        Statement(connection_, "UPDATE qube SET current = ? WHERE name = ? AND current = ?")
            .bind(next)
            .bind(qube.text())
            .bind(planned_on)
            .run();
        if (connection_.changes() != 1) {
            throw Error(Code::conflict,
                        "qube " + qube.text() + " is no longer at generation " + std::to_string(planned_on) +
                            " that the plan was made for",
                        "run the command again");
        }
    }

    Connection& connection_;
};

} // namespace

void Database::commit(std::span<const Change> changes)
{
    Transaction transaction(*connection_);
    Writer writer(*connection_);
    for (const auto& change : changes) {
        std::visit(writer, change);
    }
    // An app stays with its first repository as long as any generation has it, also when that repository is removed.
    Statement(*connection_, "DELETE FROM pin WHERE app NOT IN (SELECT app FROM binding)").run();
    fault_point("database.before-commit");
    transaction.commit();
    fault_point("database.committed");
}

} // namespace qpkg::sqlite
