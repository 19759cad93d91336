// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why releases have a number of their own. Comparing version strings differs from distribution to distribution, and
// every rule has surprises; rollback protection must not depend on one. A number that only rises needs no rule. What
// was withdrawn counts as given, so that it cannot be given again.
//
// A number may not rise by more than 2^20 at once: whoever steals a publisher's key could otherwise list the highest
// number there is, and no honest release could ever follow.
#pragma once

#include "repo-format/repo/roles.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The numbers that order the releases of a line, which is one app, architecture and channel. Normative text:
/// repo-format/repo/repository.md, "Sequence numbers".
namespace qpkg::tuf {

/// Member of a publisher's role: line → the highest number that was taken off the list.
inline constexpr std::string_view withdrawn_member = "qpkg_withdrawn";

/// How far a number may be above the newest that is known, and how high the first may be. Whoever steals a key cannot
/// use up the numbers that honest releases will need.
inline constexpr std::uint64_t longest_step = std::uint64_t{1} << 20U;
inline constexpr std::uint64_t highest_first = std::uint64_t{1} << 40U;

/// `newest`: the highest that is known of the line, 0 when there is none.
constexpr bool may_follow(std::uint64_t sequence, std::uint64_t newest)
{
    return sequence <= (newest == 0 ? highest_first : newest + longest_step);
}

/// "org.example/hello/x86_64/stable" of "org.example/hello/x86_64/stable-41.json".
std::string line_of(const std::string& target_path);

/// 0 for an entry that names none.
std::uint64_t sequence_of(const Target& target);

/// The highest number that is listed in this line, 0 when there is none.
std::uint64_t newest_listed(const Targets& publisher, const std::string& line);
/// The highest that was withdrawn from this line, 0 when there was none.
std::uint64_t newest_withdrawn(const Targets& publisher, const std::string& line);

/// The number above which the next release of a line goes. What was withdrawn counts, unless it is so far above what is
/// listed that only a thief or an accident can have given it: then the line would end with it.
std::uint64_t highest_given(const Targets& publisher, const std::string& line);

/// Error untrusted naming the first line whose numbers run away from those of `before`; without it from those that a
/// first release may have. A record of what was withdrawn may not name more than was ever listed.
void require_plausible_sequences(const Targets* before, const Targets& after);

} // namespace qpkg::tuf
