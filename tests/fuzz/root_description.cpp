// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/root_description.hpp"

#include "repo-format/repo/details.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// What a template answers is refused, or is written again as the same bytes, and so are its details.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = qpkg::as_text({data, size});
    try {
        const auto description = qpkg::parse_root_description(text);
        if (qpkg::encode(description) != text) {
            std::abort();
        }
        const auto details = qpkg::parse_details(description.details);
        if (qpkg::parse_details(qpkg::encode_details(details)) != details) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
