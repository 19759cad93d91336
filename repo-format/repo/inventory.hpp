// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/base_or_none.hpp"
#include "qpkg/model/id.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a machine holds, for whoever makes it a bundle. Normative text: repo-format/repo/inventory.md.
namespace qpkg {

inline constexpr std::size_t largest_inventory = 128U << 20U; ///< bytes

struct Inventory {
    struct InstalledRelease {
        AppId app;
        BaseOrNone base;
        Channel channel;
        std::uint64_t sequence;
        friend auto operator<=>(const InstalledRelease&, const InstalledRelease&) = default;
    };
    struct TrustedRepository {
        std::string fingerprint; ///< of the root of trust at first contact, 64 hex digits
        std::uint64_t root;      ///< version
        std::uint64_t timestamp; ///< version, 0: none yet
        friend auto operator<=>(const TrustedRepository&, const TrustedRepository&) = default;
    };

    Arch arch;
    std::vector<BaseId> bases;
    std::vector<CommitId> commits;
    std::vector<Digest> objects;
    std::vector<InstalledRelease> releases;
    std::vector<TrustedRepository> repositories;

    friend bool operator==(const Inventory&, const Inventory&) = default;
};

/// Errors: corrupt (malformed), no_space (over the cap), unsupported (schema of a newer qpkg).
Inventory parse_inventory(std::string_view bytes);

/// Canonical bytes; lists are put in order.
std::string encode_inventory(Inventory inventory);

} // namespace qpkg
