// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/sysusers.hpp"

#include "qpkg/core/error.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a module asks for, the rows that were there stay, nobody new is root, and who has a number keeps it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace qpkg::agent;
    const Accounts base{"root:x:0:0::/root:/bin/sh\n", "root:x:0:\n"};
    const auto app = qpkg::AppId::require("org.example.hello");
    const std::string_view lines(reinterpret_cast<const char*>(data), size);
    try {
        const auto made = with_accounts(base, app, {base, {}}, lines);
        if (!made.tables.passwd.starts_with(base.passwd) || made.tables.passwd.find(":x:0:", 8) != std::string::npos ||
            with_accounts(base, app, {base, made.ids}, lines).ids != made.ids ||
            parse_account_ids(encode_account_ids(made.ids)) != made.ids) {
            std::abort();
        }
    } catch (const qpkg::Error&) {
        return 0;
    }
    return 0;
}
