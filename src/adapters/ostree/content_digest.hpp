// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one pass computes two hashes. An object that comes in is read once: for its name, and block by block for the
// leaves of dm-verity. The second could be computed when a volume is made, but that would read everything again, for
// each volume. Only full blocks have a leaf here: a tail's block depends on what lies beside it in the image.
#pragma once

#include "repo-format/repo/ostree_objects.hpp"

#include "qpkg/base/digest.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace qpkg::ostree {

inline constexpr std::size_t leaf_block = 4096;

/// One pass over a file object's content: its name, and the dm-verity leaf (sha256) of each full 4 KiB block.
class ContentDigest {
public:
    explicit ContentDigest(const FileHeader& header);
    /// The header as it stands before the content, its length in front, not parsed yet.
    explicit ContentDigest(std::string_view header);

    void update(std::span<const std::uint8_t> bytes);

    struct Result {
        Digest id;
        std::uint64_t size; ///< bytes of content
        std::string leaves; ///< 32 bytes per full block
    };
    Result finish();

private:
    void add_leaf(std::span<const std::uint8_t> block);

    Sha256 object_;
    Sha256 leaf_;
    std::array<std::uint8_t, leaf_block> partial_{};
    std::size_t partial_size_ = 0;
    std::uint64_t size_ = 0;
    std::string leaves_;
};

} // namespace qpkg::ostree
