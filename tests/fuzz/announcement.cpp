// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/announcement.hpp"

#include "qpkg/base/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What is accepted has one spelling: it must be written again as it was read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    try {
        if (qpkg::encode_slot(qpkg::parse_slot(line)) != line) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
