// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/menus.hpp"

#include "qpkg/core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

/// Whatever an entry of somebody else holds, each line for the desktop's program is about that entry and clean.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const qpkg::Menu menu{qpkg::QubeName::require("work"), {}, {}};
    const qpkg::qubes::MenuFiles files{{"mine.desktop", {reinterpret_cast<const char*>(data), size}}};
    auto lines = qpkg::text::split(qpkg::qubes::menu_lines(files, menu), '\n');
    lines.pop_back(); // nothing after the last
    const bool clean = std::ranges::all_of(lines, [](const std::string& line) {
        return line.starts_with("/usr/local/share/applications/mine.desktop:") &&
               std::ranges::all_of(line, [](char c) { return c >= ' ' && c < '\x7f'; });
    });
    if (!clean) {
        std::abort();
    }
    static_cast<void>(qpkg::qubes::shows(files, menu));
    return 0;
}
