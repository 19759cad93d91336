// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_relations.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>
#include <set>

/// Types in circles have an end, and each is tried once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto relations = qpkg::agent::parse_mime_relations({reinterpret_cast<const char*>(data), size});
        const auto types = qpkg::agent::types_to_try("a", relations, relations);
        if (types.empty() || types.front() != "a" || std::set(types.begin(), types.end()).size() != types.size()) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
