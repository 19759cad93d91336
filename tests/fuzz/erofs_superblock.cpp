// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/erofs_superblock.hpp"

#include "qpkg/core/error.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        if (qpkg::parse_superblock({reinterpret_cast<const char*>(data), size}).blocks == 0) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
