// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why nobody signs this table. It names lists that the distribution signed, and the lock file, which a manifest pins,
// names packages by their hash. Whoever has both can follow the chain alone; who changed the table can only break it.
#pragma once

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What proves where the packages of a lock file came from. Normative text: repo-format/repo/origin.md.
namespace qpkg {

inline constexpr std::size_t largest_origin = 64 * 1024;                    ///< bytes
inline constexpr std::size_t largest_signed_list = std::size_t{256} << 20U; ///< bytes, raw

/// A signed list of a distribution, as its package manager keeps it.
struct KeptList {
    std::string name; ///< of a file: no slash, not beginning with a dot
    PinnedFile file;  ///< packed, it lies at "inputs/<sha256>"

    friend bool operator==(const KeptList&, const KeptList&) = default;
};

/// Errors: corrupt, no_space (table or a list too large), unsupported (newer).
std::vector<KeptList> parse_origin(std::string_view bytes);
std::string encode_origin(const std::vector<KeptList>& lists);

/// "inputs/<sha256 of the lock file>.origin"
std::string origin_path(const Digest& lock);
inline constexpr const char* origin_file = "module.origin"; ///< beside a module that was built

} // namespace qpkg
