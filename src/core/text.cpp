// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <numeric>

namespace qpkg::text {

std::string escaped(std::string_view untrusted, std::size_t limit)
{
    std::string safe;
    for (const char c : untrusted) {
        if (safe.size() >= limit) {
            safe += "…";
            break;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            safe += c;
        } else {
            constexpr std::string_view digits = "0123456789abcdef";
            safe.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xfU]);
        }
    }
    return safe;
}

std::string human_size(std::uint64_t bytes)
{
    static constexpr std::array<const char*, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024) {
        return std::to_string(bytes) + " B";
    }
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> words{};
    std::snprintf(words.data(), words.size(), "%.1f %s", value, units[unit]);
    return words.data();
}

namespace {

std::string time_as(const char* format, std::int64_t unix_seconds)
{
    const std::time_t time{unix_seconds};
    std::tm parts{};
    std::array<char, 64> words{};
    if (::gmtime_r(&time, &parts) == nullptr) {
        return "year " + std::to_string(unix_seconds / 31556952 + 1970); // more than an int holds
    }
    std::strftime(words.data(), words.size(), format, &parts);
    return words.data();
}

} // namespace

std::string iso_date(std::int64_t unix_seconds) { return time_as("%F", unix_seconds); }

std::string iso_time(std::int64_t unix_seconds) { return time_as("%FT%TZ", unix_seconds); }

std::string_view trimmed(std::string_view text, std::string_view dropped)
{
    text.remove_prefix(std::min(text.find_first_not_of(dropped), text.size()));
    return text.substr(0, text.find_last_not_of(dropped) + 1);
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view parted_by)
{
    std::vector<std::string_view> words;
    for (text = trimmed(text, parted_by); !text.empty(); text = trimmed(text, parted_by)) {
        const auto end = std::min(text.find_first_of(parted_by), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::optional<std::uint64_t> number_of(std::string_view digits)
{
    std::uint64_t number = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::string join(std::span<const std::string> parts, std::string_view separator)
{
    std::string joined;
    for (const auto& part : parts) {
        joined += &part == parts.data() ? std::string_view() : separator;
        joined += part;
    }
    return joined;
}

namespace {

/// Levenshtein distance with adjacent swaps (optimal string alignment).
std::size_t typing_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

} // namespace

std::vector<std::string> near_names(std::string_view word, std::span<const std::string> candidates)
{
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& candidate : candidates) {
        const auto shorter = std::min(word.size(), candidate.size());
        const auto distance = typing_distance(word, candidate);
        const bool contains = word.size() >= 3 && candidate.find(word) != std::string::npos;
        if (contains || distance <= std::max<std::size_t>(1, shorter / 3)) {
            ranked.emplace_back(distance, candidate);
        }
    }
    std::sort(ranked.begin(), ranked.end());
    ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
    ranked.resize(std::min<std::size_t>(ranked.size(), 3));
    std::vector<std::string> names;
    for (auto& [distance, name] : ranked) {
        names.push_back(std::move(name));
    }
    return names;
}

std::string hint_for(std::string_view word, std::span<const std::string> candidates, std::string otherwise)
{
    const auto near = near_names(word, candidates);
    return near.empty() ? otherwise : "did you mean " + join(near, " or ") + '?';
}

} // namespace qpkg::text
