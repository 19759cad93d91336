// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/confined_unit.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever the unit says: what is made of it is made of itself again, and has no line that begins with a right.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto made = qpkg::agent::confined_unit(bytes, app, "hello.service");
        const auto again = qpkg::agent::confined_unit(made.bytes, app, "hello.service");
        if (again.bytes != made.bytes || again.folders != made.folders) {
            std::abort();
        }
        for (const auto* right :
             {"\nUser=", "\nAmbientCapabilities=", "\nExecStart=+", "\nBindPaths=", "\nStandardOutput="}) {
            if (made.bytes.find(right) != std::string::npos) {
                std::abort();
            }
        }
    } catch (const qpkg::Error&) {
    }
    return 0;
}
