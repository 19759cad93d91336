// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/os_release.hpp"

#include "qpkg/core/text.hpp"

namespace qpkg::build {

std::string os_release_value(std::string_view os_release, std::string_view key)
{
    for (const auto& line : text::split(os_release, '\n')) {
        if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
            auto value = line.substr(key.size() + 1);
            std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
            return value;
        }
    }
    return {};
}

} // namespace qpkg::build
