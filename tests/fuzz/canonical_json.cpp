// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/canonical_json.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Either an Error, or a value whose one spelling is the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = qpkg::as_text({data, size});
    try {
        if (qpkg::canonical::encode(qpkg::canonical::parse(bytes, 64 * 1024)) != bytes) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
