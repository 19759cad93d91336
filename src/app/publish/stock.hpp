// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a stock client gets one remote for each namespace. A stock `ostree` trusts a key for everything in a remote. One
// remote for the whole repository would let each publisher's key sign every other's apps. The keys are read from
// metadata that was verified like any client's.
#pragma once

#include "app/world.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a stock `ostree` has to be told to verify a repository by itself.
namespace qpkg::app {

struct StockRequest {
    std::string site;                       ///< directory or URL, or the name of a repository that is trusted already
    std::optional<std::string> name;        ///< of the remotes; nothing: the repository's, or "qpkg"
    std::optional<std::string> fingerprint; ///< 64 hex digits, from the publisher
};

/// One `[remote "…"]`: the refs of one namespace.
struct StockRemote {
    std::string name;
    std::string name_space; ///< "org.example"
    std::string collection; ///< OSTree's collection id
    std::string key;        ///< base64
};

struct StockReport {
    std::string url; ///< of the archive repository
    std::string fingerprint;
    /// The signature of the summary comes from whoever published last; with several keys, no remote could rely on it.
    bool verifies_summary;
    std::vector<StockRemote> remotes; ///< ascending by namespace
};

/// Reads the keys from metadata that was verified as any client would. Errors: what a refresh throws, not_found (no
/// publisher names a key).
StockReport stock_configuration(World& world, const StockRequest& request);

} // namespace qpkg::app
