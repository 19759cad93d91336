// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why details are kept in memory for a command. They are read before a plan is made, for without them nobody can say
// what fits or what is mended; many qubes have the same releases, and what was fetched is not asked for again.
#pragma once

#include "app/use/catalog.hpp"

#include "qpkg/model/details.hpp"

#include <map>
#include <optional>
#include <string>

namespace qpkg::app {

/// What a qube stands on, where that says what it gives.
struct GivenBase {
    BaseId id;
    std::uint64_t level;
    std::optional<CommitId> commit; ///< nothing: of a root that qpkg did not make
    Digest details;

    friend auto operator<=>(const GivenBase&, const GivenBase&) = default;
};
/// Nothing: only its tree was found again.
std::optional<GivenBase> given_by(const Base& base);

/// What releases say of themselves, read once: from the store, or from their repository.
class KnownDetails {
public:
    KnownDetails(World& world, Catalog& catalog) : world_(world), catalog_(catalog) {}

    /// Error, as fetching it fails, when the release is not here and its details cannot be had.
    void bring(const KnownRelease& release);
    /// Nothing where that is not known, which hinders nothing; it brings nothing.
    const Details* of(const KnownRelease& release);
    const Details* of(const Base& base);
    /// plan::MisfitWords, of what was brought or is here.
    std::optional<std::string> misfit(const KnownRelease& release, const Base& base);
    std::optional<std::string> misfit(const KnownRelease& release, const GivenBase& base);

    /// What was fetched, raw, by hash.
    const std::map<Digest, std::string>& fetched() const noexcept { return fetched_; }

private:
    const Details* stored(const Digest& id, const std::string& whose);

    World& world_;
    Catalog& catalog_;
    std::map<Digest, std::string> fetched_;
    std::map<Digest, std::optional<Details>> parsed_;
    std::map<std::pair<ManifestId, GivenBase>, std::optional<std::string>> words_;
};

} // namespace qpkg::app
