// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/redaction.hpp"

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::string_view hidden = "***";
constexpr std::string_view scheme_end = "://";
constexpr auto none = std::string_view::npos;

bool ends_word(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '\'' || c == '`'; }

/// "bob:hush" → "bob:***", "token" → "***".
std::string redacted_user(std::string_view user)
{
    const auto colon = user.find(':');
    return colon == none ? std::string(hidden) : std::string(user.substr(0, colon + 1)).append(hidden);
}

/// Whether what stands before the first slash is a host, perhaps with a port. Where it is not, a password with a slash
/// in it may have been typed as it is.
bool is_host(std::string_view authority)
{
    const auto colon = authority.rfind(':');
    return colon == none || authority.starts_with('[') ||
           std::ranges::all_of(authority.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; });
}

/// What follows "://".
std::string redacted_address(std::string_view address)
{
    std::string query;
    if (const auto start = address.find_first_of("?#"); start != none) {
        const auto rest = address.substr(start + 1);
        query = rest.empty() || rest.starts_with(hidden) ? std::string(address.substr(start))
                                                         : address[start] + std::string(hidden);
        // A password may have a question mark in it, too.
        const auto user_end = rest.rfind('@');
        if (user_end != none && address.substr(0, start).find('/') == none && !is_host(address.substr(0, start))) {
            return std::string(hidden).append(rest.substr(user_end));
        }
        address = address.substr(0, start);
    }
    const auto authority = address.substr(0, address.find('/'));
    auto at = authority.rfind('@');
    if (at == none && !is_host(authority)) {
        at = address.rfind('@');
        return std::string(hidden).append(at == none ? "" : address.substr(at)) + query;
    }
    return (at == none ? std::string(address) : redacted_user(address.substr(0, at)).append(address.substr(at))) +
           query;
}

std::string redacted_word(std::string_view word)
{
    if (const auto start = word.find(scheme_end); start != none) {
        const auto address = start + scheme_end.size();
        return std::string(word.substr(0, address)) + redacted_address(word.substr(address));
    }
    // "bob:hush@proxy:3128", as proxies may be written.
    const auto at = word.rfind('@');
    const auto user = word.substr(0, at == none ? 0 : at);
    if (user.find(':') == none || user.find('/') != none) {
        return std::string(word);
    }
    return redacted_user(user).append(word.substr(at));
}

} // namespace

std::string redacted(std::string_view text)
{
    std::string shown;
    while (!text.empty()) {
        const auto end = static_cast<std::size_t>(std::ranges::find_if(text, ends_word) - text.begin());
        shown += redacted_word(text.substr(0, end));
        const auto next = std::min(end + 1, text.size());
        shown += text.substr(end, next - end);
        text.remove_prefix(next);
    }
    return shown;
}

} // namespace qpkg
