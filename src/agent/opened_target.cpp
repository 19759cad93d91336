// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/opened_target.hpp"

#include "agent/mime_globs.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Empty where the text is no URL.
std::string scheme_of(std::string_view text)
{
    const auto scheme = text.substr(0, std::min(text.find(':'), text.size()));
    const bool is_one = scheme.size() < text.size() && !scheme.empty() && is_letter(scheme.front()) &&
                        std::ranges::all_of(scheme, [](char c) {
                            return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
                        });
    return is_one ? lower_case(scheme) : std::string();
}

int hex_digit(char c)
{
    constexpr std::string_view digits = "0123456789abcdef";
    const auto at = digits.find(lower_case({&c, 1}));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

std::string percent_decoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(text[at + 2]);
        const int value = high * 16 + low;
        if (low < 0 || value == 0) {
            throw Error(Code::usage, "a URL with a % that is none of its codes");
        }
        decoded += static_cast<char>(value);
        at += 2;
    }
    return decoded;
}

/// The path of "//HOST/PATH" or "/PATH".
std::string path_of_url(std::string_view rest)
{
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
        const auto host = rest.substr(0, std::min(rest.find('/'), rest.size()));
        if (!host.empty() && lower_case(host) != "localhost") {
            throw Error(Code::usage, "a file of another computer");
        }
        rest.remove_prefix(host.size());
    }
    rest = rest.substr(0, rest.find_first_of("?#"));
    if (!rest.starts_with('/')) {
        throw Error(Code::usage, "a file: URL without an absolute path");
    }
    return percent_decoded(rest);
}

} // namespace

OpenedTarget parse_opened_target(std::string_view argument, const std::filesystem::path& here)
{
    if (argument.empty()) {
        throw Error(Code::usage, "an empty name");
    }
    const auto scheme = scheme_of(argument);
    if (scheme == "file") {
        return {path_of_url(argument.substr(scheme.size() + 1)), {}};
    }
    return scheme.empty() ? OpenedTarget{(here / argument).string(), {}} : OpenedTarget{std::string(argument), scheme};
}

} // namespace qpkg::agent
