// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/model/location.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/redaction.hpp"

#include <algorithm>

namespace qpkg {
namespace {

constexpr std::string_view scheme_end = "://";

bool is_scheme(std::string_view text)
{
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

std::string in_lower_case(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

} // namespace

Location::Location(std::string revealed, std::string shown) : revealed_(std::move(revealed)), shown_(std::move(shown))
{
}

Location Location::require(std::string_view typed)
{
    const auto end = typed.find(scheme_end);
    if (end == std::string_view::npos || !is_scheme(typed.substr(0, end))) {
        return {std::string(typed), std::string(typed)};
    }
    const auto address = in_lower_case(typed.substr(0, end)).append(typed.substr(end));
    if (address.starts_with("file:")) {
        return {address, address};
    }
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
    if (std::ranges::any_of(address, is_odd) || address.find('#') != std::string::npos) {
        // It is not repeated: where its password ends cannot be told.
        throw Error(Code::usage, "an address has no blanks, control characters or fragments",
                    "write them as %20 and the like; %23 is #");
    }
    return {address, redacted(address)};
}

bool Location::is_http() const { return revealed_.starts_with("http://") || revealed_.starts_with("https://"); }

bool Location::lacks_secret() const
{
    return is_http() && !has_secret() &&
           (revealed_.find("***@") != std::string::npos || revealed_.find("?***") != std::string::npos);
}

} // namespace qpkg
