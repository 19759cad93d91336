// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/manifest.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or a release that is the same after it was written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto release = qpkg::parse_manifest(qpkg::as_text({data, size}));
        if (!(qpkg::parse_manifest(qpkg::encode_manifest(release)) == release)) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
