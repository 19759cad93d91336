// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/times.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What is accepted has one spelling: it must be written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = qpkg::as_text({data, size});
    try {
        if (qpkg::encode_times(qpkg::parse_times(text)) != text) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
