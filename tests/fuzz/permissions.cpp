// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/permissions.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

/// Every line is something said, a problem, or nothing; what is said is of services alone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto permissions = qpkg::agent::with_permissions({}, bytes, "services");
    const auto lines = static_cast<std::size_t>(std::ranges::count(bytes, '\n')) + 1;
    if (permissions.said.size() + permissions.problems.size() > lines) {
        std::abort();
    }
    for (const auto& [which, allowed] : permissions.said) {
        if (!which.second.ends_with(".service") || permissions.of(which.first, which.second, {}) != allowed) {
            std::abort();
        }
    }
    return 0;
}
