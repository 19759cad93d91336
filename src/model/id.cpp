// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/id.hpp"

#include "qpkg/base/text.hpp"

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

Error bad_name_error(std::string_view kind, std::string_view text, std::string_view rule, Code code)
{
    return {code,
            "\"" + text::escaped(text) + "\" is not a valid " + std::string(kind) + ": expected " + std::string(rule)};
}

bool AppTag::is_valid(std::string_view text)
{
    if (!is_plain_name(text, 128, ".+-") || text.find('.') == std::string_view::npos) {
        return false;
    }
    const auto parts = text::split(text, '.');
    return std::all_of(parts.begin(), parts.end(),
                       [](const std::string& part) { return !part.empty() && is_alnum(part.front()); });
}

bool QubeTag::is_valid(std::string_view text)
{
    return !text.empty() && text.size() <= 31 && is_letter(text.front()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '-'; });
}

bool BaseTag::is_valid(std::string_view text) { return is_plain_name(text, 64, ".-"); }
bool RepoTag::is_valid(std::string_view text) { return is_plain_name(text, 64, ".-"); }
bool ArchTag::is_valid(std::string_view text) { return text == "x86_64" || text == "aarch64"; }
bool ChannelTag::is_valid(std::string_view text) { return is_plain_name(text, 32, "-"); }

std::string namespace_of(const AppId& app) { return app.text().substr(0, app.text().rfind('.')); }
std::string short_name(const AppId& app) { return app.text().substr(app.text().rfind('.') + 1); }

Arch native_arch()
{
#if defined(__x86_64__)
    return Arch::require("x86_64");
#elif defined(__aarch64__)
    return Arch::require("aarch64");
#else
#error "qpkg has no name for this architecture"
#endif
}

} // namespace qpkg
