// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/signing_stream.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What a vault reads of the publishing machine, and the other way round: an Error, or bytes that are written the same
/// way again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = qpkg::as_text({data, size});
    try {
        const auto request = qpkg::app::parse_signing_stream(bytes);
        const auto again = qpkg::app::parse_signing_stream(qpkg::app::encode_signing_stream(request));
        if (again.evidence != request.evidence || again.files.size() != request.files.size()) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    try {
        static_cast<void>(qpkg::app::parse_signing_answer(bytes));
    } catch (const qpkg::Error&) {
    }
    return 0;
}
