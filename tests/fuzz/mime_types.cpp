// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/mime_types.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever is accepted is no louder than allowed, and each pattern is one line of the table.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto globs = qpkg::parse_mime_source({reinterpret_cast<const char*>(data), size});
        for (const auto& glob : globs) {
            if (glob.weight > qpkg::highest_mime_weight ||
                qpkg::find_known({glob}, qpkg::patterns_in(qpkg::encode_globs({glob}))) == nullptr) {
                std::abort();
            }
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
