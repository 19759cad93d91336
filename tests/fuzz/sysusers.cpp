// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a module asks for, the rows that were there stay, and nobody new is root.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const qpkg::agent::Accounts base{"root:x:0:0::/root:/bin/sh\n", "root:x:0:\n"};
    try {
        const auto made = qpkg::agent::with_accounts(base, std::string_view(reinterpret_cast<const char*>(data), size));
        if (!made.passwd.starts_with(base.passwd) || made.passwd.find(":x:0:", 8) != std::string::npos) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
