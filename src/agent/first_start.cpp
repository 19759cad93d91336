// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/first_start.hpp"

#include "agent/first_program.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"

#include <algorithm>

namespace qpkg::agent {
namespace {

constexpr std::chrono::minutes time_for_first_start{10};
constexpr const char* done_file = ".first-start";
constexpr const char* began_file = ".first-start-began"; ///< with empty folders

bool all_are_empty(const fs::path& place, const FirstStart& first)
{
    return std::ranges::all_of(first.state,
                               [&](const std::string& name) { return ForeignTree(place / name).list("").empty(); });
}

void empty_all(const fs::path& place, const FirstStart& first)
{
    for (const auto& name : first.state) {
        const ForeignTree folder(place / name);
        for (const auto& entry : folder.list("")) {
            folder.remove(entry.path);
        }
    }
}

} // namespace

bool first_start_is_due(const QubePaths& layout, const AppId& app, const FirstStart& first)
{
    const auto place = state_place(layout, app);
    if (first.run.empty()) {
        return false;
    }
    if (!fs::exists(place / done_file)) {
        return true;
    }
    files::remove_durably(place / began_file); // whoever removes the other file by hand loses nothing
    return false;
}

void run_first_start(const QubePaths& layout, const AppId& app, const FirstStart& first, const StateOwner& owner)
{
    const auto place = state_place(layout, app);
    if (fs::exists(place / began_file)) {
        empty_all(place, first);
    } else if (all_are_empty(place, first)) {
        files::write(place / began_file, "");
    }
    try {
        const auto deadline = std::chrono::steady_clock::now() + time_for_first_start;
        for (const auto& words : first.run) {
            run_first_program(layout, app, words, owner, deadline);
        }
    } catch (const Error& error) {
        if (fs::exists(place / began_file)) {
            empty_all(place, first);
        }
        throw error.within("first start");
    }
    files::sync_filesystem(place);
    files::write(place / done_file, "");
    files::remove_durably(place / began_file);
}

} // namespace qpkg::agent
