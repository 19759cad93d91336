// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/desktop_entry.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/key_value_file.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a module brings, each program of the result is qpkg-run, and the result is accepted again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto entry = qpkg::agent::for_the_qube(bytes, app, "/run", "/volume");
        for (std::size_t at = entry.bytes.find("\nExec="); at != std::string::npos;
             at = entry.bytes.find("\nExec=", at + 1)) {
            if (entry.bytes.compare(at + 6, 12, "/run --view=") != 0) {
                std::abort();
            }
        }
        if (entry.bytes.size() <= qpkg::largest_key_value_file) {
            qpkg::agent::for_the_qube(entry.bytes, app, "/run", "/volume");
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
