// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why wanted and trusted are one file. They are saved and restored together: an old list of qubes beside new metadata,
// or the other way round, would be a state that never was. The price is one schema for two ports, and that nothing of
// the stores, which are too large for it, is part of a backup; `restore` brings that again.
#pragma once

#include "qpkg/ports/state_db.hpp"
#include "qpkg/ports/trust_store.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace qpkg::sqlite {

class Connection;

enum class Access { read, write };

/// What is wanted and what is trusted, in one SQLite file: a backup of that file is a backup of both.
class Database final : public StateDb, public TrustStore {
public:
    explicit Database(const std::filesystem::path& file, Access access = Access::write);
    ~Database() override;

    /// From here on as a writer: the file is made when it is not there.
    void open_for_writing();

    Snapshot snapshot() const override;
    bool is_blank() const override;
    std::optional<RepoName> pinned(const AppId& app) const override;
    void commit(std::span<const Change> changes) override;

    std::optional<TrustedRole> trusted(const RepoName& repo, const std::string& role) const override;
    void accept(const RepoName& repo, const TrustedRole& metadata) override;
    void forget(const RepoName& repo, const std::string& role) override;
    std::int64_t newest_issued(const RepoName& repo) const override;
    void raise_issued(const RepoName& repo, std::int64_t issued) override;
    void forget_issued(const RepoName& repo) override;
    void record(const TrustEvent& event) override;
    std::vector<TrustEvent> events() const override;

private:
    std::filesystem::path file_;
    std::unique_ptr<Connection> connection_;
};

/// Why a database cannot be read, all of it; nothing where it can, and where there is none. Error unsupported of a
/// newer format, failed where this user may not read it.
std::optional<std::string> damage_of(const std::filesystem::path& file);

} // namespace qpkg::sqlite
