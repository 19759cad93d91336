// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why what a module shows is a file of lines in its tree. The agent reads it from a mounted volume with libc alone, and
// the volume's root vouches for it. It repeats the manifest, in which people and planners see the same; the two are
// compared when a release becomes known (app/use/told_exports.hpp). Ascending lines and one spelling make that a
// comparison of bytes.
#pragma once

#include "qpkg/model/names.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a module shows outside its view, as a file in the module. Normative text: repo-format/guest/exports.md.
/// libc only: the programs inside a qube read it.
namespace qpkg {

inline constexpr std::size_t largest_exports = 1024 * 1024; ///< bytes

/// "/usr/share/qpkg/org.mozilla.firefox-esr/exports": its place in the module of `app`.
std::string exports_path(const AppId& app);

/// What is wrong with an export, and with which member of it.
struct Complaint {
    std::string_view member; ///< "name" or "path"
    std::string what;
};

/// Why `app` may not export this; nothing: it may. The same rule for builders, manifests and qubes.
std::optional<Complaint> complaint_about(const AppId& app, const Export& made);
/// For who writes one. Error usage.
void require_possible(const AppId& app, const Export& made);

/// Whether the name is one that others find the app by (a bus's, a unit's) and not of the app's id: it must be listed.
bool is_foreign_name(const AppId& app, const Export& made);

/// Canonical bytes, whatever the order of `exports`. Errors: usage for a name or path outside the grammar or a name
/// that is there twice, no_space above 1 MiB.
std::string encode_exports(const AppId& app, const std::vector<Export>& exports);

/// In the order of the file; menus, and what starts, are said by the manifest alone. Errors: corrupt "exports: line 3:
/// …", unsupported (another format number), no_space.
std::vector<Export> parse_exports(std::string_view bytes, const AppId& app);

} // namespace qpkg
