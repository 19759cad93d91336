// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/export_room.hpp"

#include "repo-format/repo/manifest.hpp"

#include <algorithm>
#include <tuple>

namespace qpkg::build {
namespace {

/// The higher, the sooner it goes.
auto dispensability(const Export& made)
{
    const bool is_helper = made.kind == ExportKind::icon || made.kind == ExportKind::mime;
    return std::tuple(is_helper, made.rank, made.kind);
}

} // namespace

ExportChoice fit_exports(const AppId& app, ExportChoice choice, std::size_t room)
{
    std::ranges::stable_sort(choice.exports, {}, dispensability);
    std::size_t used = 0;
    auto kept = choice.exports.begin();
    while (kept != choice.exports.end() && (used += size_in_manifest(app, *kept)) <= room) {
        ++kept;
    }
    std::for_each(kept, choice.exports.end(), [&](const Export& made) {
        choice.findings.push_back({"room", made.path, "not exported: no room in the manifest"});
    });
    choice.exports.erase(kept, choice.exports.end());
    return choice;
}

} // namespace qpkg::build
