// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why keys are dropped from a desktop entry. TryExec, Path and DBusActivatable speak of files and names that only the
// view has: kept, they would hide an entry that works. An Icon by path is found in the volume. The file comes from a
// module, so it is read line by line and written anew, and what is not of its form is refused rather than guessed.
#pragma once

#include "qpkg/model/id.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg::agent {

struct DesktopEntry {
    std::string bytes;                   ///< the file for the qube
    std::vector<std::string> mime_types; ///< "text/html", in the order of the file
};

/// A module's desktop entry (freedesktop.org, Desktop Entry Specification 1.5) made into one for the qube: each Exec
/// runs in the app's view (`runner` --view=APP …), an absolute Icon is found in the volume; TryExec, Path and
/// DBusActivatable, which speak of what only the view has, go; so do groups other than the entry and its actions.
/// Error corrupt "line 3: …": not of that form, not an Application, without a program, or with control characters.
DesktopEntry for_the_qube(std::string_view bytes, const AppId& app, const std::filesystem::path& runner,
                          const std::filesystem::path& volume);

} // namespace qpkg::agent
