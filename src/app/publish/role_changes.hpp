// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a review compares two JSON values. A list of the things that somebody thought a signer should see grows old: a
// member that is added to a role tomorrow would be signed unseen. Here every member that differs is a line, and a
// member that this program does not know is a refusal, without anybody having remembered either. What decides over keys
// stands last, nearest to the question.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What somebody puts his signature under: every member of a role that is not as it was. Pure, and made of the very
/// bytes that are signed, so that nothing can be in them that was not shown.
namespace qpkg::app {

struct RoleChange {
    enum class Kind { added, removed, changed };

    Kind kind;
    std::string what;  ///< "org.example/hello/x86_64/stable-2.json", "publisher demo", "key 3f9a…", "expires"
    std::string words; ///< all members that differ, with their values

    friend bool operator==(const RoleChange&, const RoleChange&) = default;
};

/// All that differs between two signed parts, what they list first and what decides over keys last. Without `before`
/// all of `after` is new. Error corrupt for what is not canonical.
std::vector<RoleChange> describe_changes(const std::optional<std::string>& before, std::string_view after);

/// The same as lines for people, and how many of each kind there are.
std::vector<std::string> change_lines(const std::optional<std::string>& before, std::string_view after);

/// Error untrusted unless every member of a root, targets or publisher role is one that this program knows, and short
/// enough to be read by a person: nobody signs what he was not told the meaning of.
void require_known_members(std::string_view payload);

} // namespace qpkg::app
