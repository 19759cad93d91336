// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/x11_cookies.hpp"

#include <optional>

namespace qpkg::local {
namespace {

constexpr std::string_view any_machine("\xff\xff\0\0", 4); ///< FamilyWild, no address

std::optional<std::size_t> take_number(std::string_view& bytes)
{
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
    const auto number = byte(0) << 8 | byte(1);
    bytes.remove_prefix(2);
    return number;
}

std::optional<std::string_view> take_text(std::string_view& bytes)
{
    const auto length = take_number(bytes);
    if (!length || bytes.size() < *length) {
        return std::nullopt;
    }
    const auto text = bytes.substr(0, *length);
    bytes.remove_prefix(*length);
    return text;
}

} // namespace

std::string cookies_for(std::string_view number, std::string_view file)
{
    std::string kept;
    while (!file.empty()) {
        const auto family = take_number(file);
        const auto address = take_text(file);
        const auto before = file;
        const auto display = take_text(file);
        const auto name = take_text(file);
        const auto data = take_text(file);
        if (!family || !address || !display || !name || !data) {
            return kept;
        }
        if (display->empty() || *display == number) { // an entry without a number is for all
            kept.append(any_machine).append(before.substr(0, before.size() - file.size()));
        }
    }
    return kept;
}

} // namespace qpkg::local
