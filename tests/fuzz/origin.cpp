// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/origin.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// A table of origin is refused, or is the same after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = qpkg::as_text({data, size});
    try {
        const auto lists = qpkg::parse_origin(text);
        if (qpkg::parse_origin(qpkg::encode_origin(lists)) != lists) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
