// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/elf.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Nothing, an Error, or names that are not empty.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto names = qpkg::build::read_elf({data, size}, qpkg::Arch::require("x86_64"));
        if (names && (names->given.contains({}) || names->taken.contains({}))) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
