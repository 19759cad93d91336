// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/tree_rules.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What is accepted has one spelling: it must be written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::span bytes(data, size);
    try {
        const auto value = qpkg::ostree::parse_commit(bytes);
        if (qpkg::ostree::encode(value) != qpkg::as_text(bytes)) {
            std::abort();
        }
        qpkg::ostree::check_commit(value, std::nullopt);
    } catch (const qpkg::Error&) {
    }
    return 0;
}
