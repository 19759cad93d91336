// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/exports.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What is accepted has one spelling: it must be written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        if (qpkg::encode_exports(app, qpkg::parse_exports(bytes, app)) != bytes) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
