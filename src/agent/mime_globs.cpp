// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/mime_globs.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <set>

namespace qpkg::agent {
namespace {

constexpr std::string_view deletes_others = "__NOGLOBS__";
constexpr std::size_t longest_pattern = 255;
constexpr std::ptrdiff_t most_stars = 4; ///< fnmatch tries each against each

std::optional<unsigned> weight_of(std::string_view text)
{
    unsigned weight = 0;
    if (text.empty() || text.size() > 3) {
        return std::nullopt;
    }
    for (const auto c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        weight = weight * 10 + static_cast<unsigned>(c - '0');
    }
    return weight <= heaviest_pattern ? std::optional(weight) : std::nullopt;
}

std::optional<MimeGlob> parse_glob_line(std::string_view line)
{
    const auto parts = text::split(line, ':');
    if (line.starts_with('#') || parts.size() < 3) {
        return std::nullopt;
    }
    const auto weight = weight_of(parts[0]);
    const auto& pattern = parts[2];
    if (!weight || parts[1].find('/') == std::string::npos || pattern.empty() || pattern.size() > longest_pattern ||
        std::ranges::count(pattern, '*') > most_stars) {
        return std::nullopt;
    }
    const auto flags = parts.size() > 3 ? text::split(parts[3], ',') : std::vector<std::string>();
    return MimeGlob{parts[1], pattern, *weight, std::ranges::find(flags, "cs") != flags.end()};
}

enum class Case { as_it_is, lower };

bool matches(const MimeGlob& pattern, const std::string& name, Case tried)
{
    if (tried == Case::as_it_is) {
        return ::fnmatch(pattern.pattern.c_str(), name.c_str(), 0) == 0;
    }
    return !pattern.is_case_sensitive && ::fnmatch(lower_case(pattern.pattern).c_str(), name.c_str(), 0) == 0;
}

/// Those that count, nearest first.
std::vector<const MimeGlob*> matching(const std::string& name, const std::vector<std::vector<MimeGlob>>& folders,
                                      Case tried)
{
    std::set<std::string_view> taken_back;
    std::vector<const MimeGlob*> found;
    for (const auto& folder : folders) {
        for (const auto& pattern : folder) {
            if (!taken_back.contains(pattern.type) && matches(pattern, name, tried)) {
                found.push_back(&pattern);
            }
        }
        for (const auto& pattern : folder) {
            if (pattern.pattern == deletes_others) {
                taken_back.insert(pattern.type);
            }
        }
    }
    return found;
}

std::vector<std::string> best_types(const std::vector<const MimeGlob*>& found)
{
    const auto rank = [](const MimeGlob* one) { return std::pair(one->weight, one->pattern.size()); };
    std::vector<std::string> types;
    const auto best = std::ranges::max_element(found, {}, rank);
    for (const auto* one : found) {
        if (rank(one) == rank(*best) && std::ranges::find(types, one->type) == types.end()) {
            types.push_back(one->type);
        }
    }
    return types;
}

} // namespace

std::vector<MimeGlob> parse_globs2(std::string_view bytes)
{
    if (bytes.size() > largest_mime_table) {
        throw Error(Code::no_space, "a table of types larger than 1 MiB");
    }
    std::vector<MimeGlob> patterns;
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        if (auto pattern = parse_glob_line(bytes.substr(0, end))) {
            patterns.push_back(*std::move(pattern));
        }
        bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
    return patterns;
}

std::vector<std::string> types_of_name(std::string_view name, const std::vector<std::vector<MimeGlob>>& folders)
{
    auto types = best_types(matching(std::string(name), folders, Case::as_it_is));
    return types.empty() ? best_types(matching(lower_case(name), folders, Case::lower)) : types;
}

std::string lower_case(std::string_view text)
{
    std::string lower(text);
    for (auto& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

} // namespace qpkg::agent
