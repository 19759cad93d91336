// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/ostree/incoming.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::ostree {

void Budget::take(std::uint64_t size)
{
    if (size > bytes_ - taken_) {
        throw Error(Code::no_space, "more content than the " + text::human_size(bytes_) + " announced");
    }
    taken_ += size;
}

bool LeadingHeader::take(std::span<const std::uint8_t>& bytes)
{
    const auto take_to = [&](std::size_t wanted) {
        const auto take = std::min(wanted - bytes_.size(), bytes.size());
        bytes_ += as_text(bytes.first(take));
        bytes = bytes.subspan(take);
        return bytes_.size() == wanted;
    };
    if (bytes_.size() < header_prefix && !take_to(header_prefix)) {
        return false;
    }
    return take_to(header_prefix + header_length(as_bytes(bytes_).first(header_prefix)));
}

std::span<const std::uint8_t> LeadingHeader::without_length() const { return as_bytes(bytes_).subspan(header_prefix); }

} // namespace qpkg::ostree
