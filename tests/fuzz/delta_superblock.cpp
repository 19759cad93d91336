// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/delta/superblock.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

/// The two commits are put right where ostree writes them, so that the parts are reached.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t from_commit = 40;
    constexpr std::size_t both_commits = 64;
    const qpkg::CommitId zeroes(qpkg::Digest({}));
    std::string bytes(reinterpret_cast<const char*>(data), size);
    if (size >= from_commit + both_commits) {
        bytes.replace(from_commit, both_commits, both_commits, '\0');
    }
    try {
        qpkg::delta::parse_superblock(bytes, zeroes, zeroes);
    } catch (const qpkg::Error&) {
    }
    try {
        const auto later = qpkg::delta::with_time(bytes, 1);
        if (later.size() != bytes.size() || qpkg::delta::with_time(later, 1) != later) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
