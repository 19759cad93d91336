// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/desktop_menu.hpp"

#include "repo-format/repo/menu_entry.hpp"

#include <cstdint>
#include <cstdlib>

/// Whatever a package brings, what comes of it is what a manifest may carry.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto entry = qpkg::build::menu_of(bytes)) {
        qpkg::canonical::Fields fields(qpkg::encode_menu_entry(*entry), "menu");
        if (qpkg::parse_menu_entry(std::move(fields)) != *entry) {
            std::abort();
        }
    }
    return 0;
}
