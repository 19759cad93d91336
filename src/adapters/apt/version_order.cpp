// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/version_order.hpp"

#include <algorithm>

namespace qpkg::apt {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Parts {
    std::string_view epoch;
    std::string_view upstream;
    std::string_view revision;
};

Parts parts_of(std::string_view version)
{
    Parts parts{};
    if (const auto colon = version.find(':'); colon != std::string_view::npos) {
        parts.epoch = version.substr(0, colon);
        version.remove_prefix(colon + 1);
    }
    if (const auto hyphen = version.rfind('-'); hyphen != std::string_view::npos) {
        parts.revision = version.substr(hyphen + 1);
        version = version.substr(0, hyphen);
    }
    parts.upstream = version;
    return parts;
}

/// A tilde, then the end and digits, then letters, then all others.
int weight(std::string_view rest)
{
    if (rest.empty() || is_digit(rest.front())) {
        return 0;
    }
    const auto c = rest.front();
    constexpr int after_letters = 256;
    return c == '~' ? -1 : static_cast<unsigned char>(c) + (is_letter(c) ? 0 : after_letters);
}

std::string_view take_number(std::string_view& rest)
{
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
    auto digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    rest.remove_prefix(digits.size());
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
}

std::weak_ordering order_of_parts(std::string_view one, std::string_view other)
{
    while (!one.empty() || !other.empty()) {
        while ((!one.empty() && !is_digit(one.front())) || (!other.empty() && !is_digit(other.front()))) {
            if (const auto order = weight(one) <=> weight(other); order != 0) {
                return order;
            }
            one.remove_prefix(1);
            other.remove_prefix(1);
        }
        const auto left = take_number(one);
        const auto right = take_number(other);
        if (const auto order = left.size() <=> right.size(); order != 0) {
            return order;
        }
        if (const auto order = left <=> right; order != 0) {
            return order;
        }
    }
    return std::weak_ordering::equivalent;
}

} // namespace

std::weak_ordering version_order(std::string_view one, std::string_view other)
{
    const auto left = parts_of(one);
    const auto right = parts_of(other);
    if (const auto order = order_of_parts(left.epoch, right.epoch); order != 0) {
        return order;
    }
    if (const auto order = order_of_parts(left.upstream, right.upstream); order != 0) {
        return order;
    }
    return order_of_parts(left.revision, right.revision);
}

} // namespace qpkg::apt
