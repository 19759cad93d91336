// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/first_start.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What a module says has one spelling, and its first programs have absolute paths.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto first = qpkg::parse_first_start(bytes, app);
        if (qpkg::encode_first_start(app, first) != bytes || first.user == "root") {
            std::abort();
        }
        for (const auto& words : first.run) {
            if (words.empty() || words.front().front() != '/') {
                std::abort();
            }
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
