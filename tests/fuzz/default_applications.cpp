// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/default_applications.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// No list leads to a file outside a folder of entries.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    try {
        const auto all = parse_associations({reinterpret_cast<const char*>(data), size});
        for (const auto& id : applications_for({"a/b", "text/plain"}, {all, all})) {
            if (id.find('/') != std::string::npos || id.starts_with('.') || !id.ends_with(".desktop")) {
                std::abort();
            }
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
