// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/rebuild.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or a statement that is the same after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto statement = qpkg::parse_rebuild(qpkg::as_text({data, size}));
        if (!(qpkg::parse_rebuild(qpkg::encode_rebuild(statement)) == statement)) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
