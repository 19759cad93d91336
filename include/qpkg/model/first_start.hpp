// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

/// The user of a qube, who is nobody's account.
inline constexpr std::string_view qube_user_name = "user";

/// What an app needs that belongs to one qube: folders that last, and programs that run once before anything else of
/// the app does.
struct FirstStart {
    std::string user = std::string(qube_user_name); ///< whose the folders are and who runs: an account of the module
    std::vector<std::string> state = {};            ///< "postgresql" is /var/lib/postgresql in the view; ascending
    std::vector<std::vector<std::string>> run = {}; ///< program, with its absolute path, and arguments

    bool is_nothing() const { return state.empty() && run.empty(); }

    friend bool operator==(const FirstStart&, const FirstStart&) = default;
};

} // namespace qpkg
