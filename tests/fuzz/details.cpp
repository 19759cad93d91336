// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/details.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or details that are the same after they were written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto details = qpkg::parse_details(qpkg::as_text({data, size}));
        if (!(qpkg::parse_details(qpkg::encode_details(details)) == details)) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
