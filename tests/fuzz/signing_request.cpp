// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/publish/signing_request.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// The index of a signing request: an Error, or roles that name files inside its directory.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        for (const auto& file : qpkg::app::parse_signing_request(qpkg::as_text({data, size}))) {
            if (file.file().find('/') != std::string::npos || file.role == "snapshot") {
                std::abort();
            }
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
