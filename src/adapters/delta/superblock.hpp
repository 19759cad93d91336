// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why we read a file that libostree would read itself. The superblock names the parts and their hashes. Read here, each
// part is checked while it arrives, against hashes that hang from the signed manifest, before libostree sees it. A
// delta that refers to objects outside of it is refused: then its size in the plan would not be true. The time in it is
// replaced by the commit's, so that a delta made twice is the same bytes.
#pragma once

#include "qpkg/model/id.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The first file of a static delta, as libostree writes it (OSTREE_STATIC_DELTA_SUPERBLOCK_FORMAT).
namespace qpkg::delta {

/// Where a delta lies below the repository: "deltas/Ab/cD…-eF…".
std::string directory_of(const CommitId& from, const CommitId& to);

struct Part {
    Digest checksum;
    std::uint64_t size; ///< bytes of its file, named by its place in the list: "0", "1", …
};

/// Errors: corrupt (malformed, for other commits, or with objects to be fetched by the side).
std::vector<Part> parse_superblock(std::string_view bytes, const CommitId& from, const CommitId& to);

/// The same superblock made at another time: libostree writes the clock into it, the rest it makes the same each time.
std::string with_time(std::string_view bytes, std::int64_t unix_seconds);

} // namespace qpkg::delta
