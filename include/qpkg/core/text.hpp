// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::text {

/// Untrusted text made safe for a terminal and a log: everything but printable ASCII as \xNN, cut at `limit`
/// characters.
std::string escaped(std::string_view untrusted, std::size_t limit = 200);

/// "412.3 MiB", "4.0 KiB", "17 B".
std::string human_size(std::uint64_t bytes);

/// "2026-11-20" / "2026-11-20T17:03:00Z" of seconds since 1970, UTC.
std::string iso_date(std::int64_t unix_seconds);
std::string iso_time(std::int64_t unix_seconds);

inline constexpr std::string_view blanks = " \t";
/// Without the blanks at both ends.
std::string_view trimmed(std::string_view text, std::string_view dropped = blanks);

std::vector<std::string> split(std::string_view text, char separator);
/// What stands between blanks.
std::vector<std::string_view> words_of(std::string_view text, std::string_view parted_by = blanks);
/// Decimal digits and nothing else; nothing for other text and for what 64 bits do not hold.
std::optional<std::uint64_t> number_of(std::string_view digits);
std::string join(std::span<const std::string> parts, std::string_view separator);

/// Up to three of `candidates` that a typing slip turns into `word`, nearest first.
std::vector<std::string> near_names(std::string_view word, std::span<const std::string> candidates);
/// The hint for a word that is none of `candidates`: "did you mean a or b?", or `otherwise` where nothing is near.
std::string hint_for(std::string_view word, std::span<const std::string> candidates, std::string otherwise = {});

} // namespace qpkg::text
