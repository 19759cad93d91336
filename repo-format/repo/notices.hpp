// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/roles.hpp"

#include "qpkg/model/id.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a publisher tells of an app as a whole: a member of its role. Normative text: repo-format/repo/repository.md.
namespace qpkg::tuf {

inline constexpr std::string_view notices_member = "qpkg_notices";
inline constexpr std::size_t longest_notice = 400; ///< bytes

struct Notice {
    AppId app;
    std::string end_of_life = {}; ///< no release will follow, and why; empty: it goes on
    std::string renamed = {};     ///< the id of the app that goes on in its place; empty: none

    friend bool operator==(const Notice&, const Notice&) = default;
};

/// Ascending by app. What is no notice is passed over: it is for people, and hinders nothing.
std::vector<Notice> notices_of(const Targets& publisher);

/// In the place of what was told of that app; a notice that tells nothing takes it back. Error usage
/// for a new name that is no app's.
void set_notice(Targets& publisher, const Notice& notice);

} // namespace qpkg::tuf
