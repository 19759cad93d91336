// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/content_digest.hpp"

#include <algorithm>

namespace qpkg::ostree {

ContentDigest::ContentDigest(const FileHeader& header) : ContentDigest(with_length(encode(header))) {}

ContentDigest::ContentDigest(std::string_view header) { object_.update(header); }

void ContentDigest::update(std::span<const std::uint8_t> bytes)
{
    object_.update(bytes);
    size_ += bytes.size();
    if (partial_size_ > 0) {
        const auto take = std::min(bytes.size(), leaf_block - partial_size_);
        std::copy_n(bytes.begin(), take, partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
        partial_size_ += take;
        bytes = bytes.subspan(take);
        if (partial_size_ == leaf_block) {
            add_leaf(partial_);
            partial_size_ = 0;
        }
    }
    while (bytes.size() >= leaf_block) {
        add_leaf(bytes.first(leaf_block));
        bytes = bytes.subspan(leaf_block);
    }
    std::copy(bytes.begin(), bytes.end(), partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
    partial_size_ += bytes.size();
}

void ContentDigest::add_leaf(std::span<const std::uint8_t> block)
{
    leaf_.update(block);
    leaves_ += leaf_.finish().bytes_string();
}

ContentDigest::Result ContentDigest::finish() { return {object_.finish(), size_, std::move(leaves_)}; }

} // namespace qpkg::ostree
