// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// What is accepted has one spelling: it must be written again as it was read. What an agent may say are names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    try {
        if (qpkg::encode_slot(qpkg::parse_slot(line)) != line) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
    }
    for (const auto& disk : qpkg::disks_in_use(line)) {
        if (qpkg::disks_in_use(qpkg::encode_in_use(disk)) != std::set<std::string>{disk}) {
            std::abort();
        }
    }
    return 0;
}
