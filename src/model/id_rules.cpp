// SPDX-License-Identifier: LGPL-2.1-or-later
// What makes a name valid: libc only, so that the programs inside a qube share the rules.
#include "qpkg/model/id.hpp"

#include <algorithm>

namespace qpkg {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || is_digit(c); }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

/// Non-empty, at most `limit` characters, begins with a letter or digit, the rest also from `extra`.
bool is_plain_name(std::string_view text, std::size_t limit, std::string_view extra)
{
    return !text.empty() && text.size() <= limit && is_alnum(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_alnum(c) || extra.find(c) != std::string_view::npos; });
}

} // namespace

bool AppTag::is_valid(std::string_view text)
{
    if (!is_plain_name(text, 128, ".+-") || text.find('.') == std::string_view::npos) {
        return false;
    }
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.', dot + 1)) {
        if (dot + 1 == text.size() || !is_alnum(text[dot + 1])) {
            return false;
        }
    }
    return true;
}

bool PointTag::is_valid(std::string_view text)
{
    const auto slash = text.find('/');
    return AppTag::is_valid(text.substr(0, slash)) &&
           (slash == std::string_view::npos || is_plain_name(text.substr(slash + 1), 32, "-"));
}

bool QubeTag::is_valid(std::string_view text)
{
    return !text.empty() && text.size() <= 31 && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; });
}

/// "none" says that there is no base, see BaseOrNone.
bool BaseTag::is_valid(std::string_view text) { return is_plain_name(text, 64, ".-") && text != "none"; }
bool RepoTag::is_valid(std::string_view text) { return is_plain_name(text, 64, ".-"); }
bool ArchTag::is_valid(std::string_view text) { return text == "x86_64" || text == "aarch64"; }
bool ChannelTag::is_valid(std::string_view text) { return is_plain_name(text, 32, "-"); }

} // namespace qpkg
