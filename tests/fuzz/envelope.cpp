// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/envelope.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or an envelope that is written back byte for byte.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = qpkg::as_text({data, size});
    try {
        const auto found = qpkg::envelope::scan(bytes);
        if (qpkg::envelope::write(found.signatures, found.payload) != bytes) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
