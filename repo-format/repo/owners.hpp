// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Which package each path of a module is of, and under which licences. For builders, publishers and mirrors: dom0
/// never has it. Normative text: repo-format/repo/owners.md.
namespace qpkg {

inline constexpr std::size_t largest_owners = 256 * 1024 * 1024; ///< bytes, raw

/// What the directory of a module that was built calls it, compressed.
inline constexpr const char* packed_owners_file = "owners.zst";

struct Owner {
    std::string path; ///< absolute, of a file or link
    std::string package;
    friend auto operator<=>(const Owner&, const Owner&) = default;
};

struct Licence {
    std::string package;
    std::string name; ///< as the package writes it: "GPL-2+"
    friend auto operator<=>(const Licence&, const Licence&) = default;
};

/// Takes one row after the other; what is not asked for may be empty.
struct OwnersSink {
    std::function<void(const Owner&)> owner = {};
    std::function<void(const Licence&)> licence = {};
};

/// Hands over each row, in order, without keeping any. Errors: corrupt (malformed, or not the one spelling), no_space
/// (over 256 MiB), unsupported (of a newer qpkg).
void read_owners(std::string_view bytes, const OwnersSink& sink);

/// The one spelling, whatever the order. Error no_space when it does not fit into 256 MiB.
std::string encode_owners(const std::vector<Owner>& owners, const std::vector<Licence>& licences);

/// Where a repository serves it compressed.
std::string packed_owners_path(const PinnedFile& owners);

} // namespace qpkg
