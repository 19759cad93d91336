// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/archive/entry_name.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::archive {
namespace {

constexpr std::size_t longest_path = 4095;
constexpr std::size_t longest_part = 255;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

} // namespace

std::string clean_name(std::string_view name)
{
    if (name.size() > longest_path) {
        throw Error(Code::corrupt, "the path is longer than 4095 bytes");
    }
    if (name.starts_with('/')) {
        throw Error(Code::corrupt, "the path is absolute");
    }
    if (std::any_of(name.begin(), name.end(), is_control)) {
        throw Error(Code::corrupt, "the path holds control characters");
    }
    std::string clean;
    for (const auto& part : text::split(name, '/')) {
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == "..") {
            throw Error(Code::corrupt, "the path holds \"..\"");
        }
        if (part.size() > longest_part) {
            throw Error(Code::corrupt, "a part of the path is longer than 255 bytes");
        }
        clean += (clean.empty() ? "" : "/") + part;
    }
    return clean;
}

} // namespace qpkg::archive
