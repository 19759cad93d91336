// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/dbus_service.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

/// Whatever a module brings, the result is three lines whose program is qpkg-run.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const auto made = qpkg::agent::dbus_service_for_the_qube(bytes, "org.example.Hello", app, "/run");
        if (!made.starts_with("[D-BUS Service]\nName=org.example.Hello\nExec=/run --view=org.example.hello ") ||
            std::ranges::count(made, '\n') != 3) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
