// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why one rule says what the root of a view may look like. The agent mounts the qube's own folders over it, with the
// rights of root or of the user whose home that is. Where a tree had a link in the place of one, the mount would go
// wherever the link leads. So these are folders, and empty, so that nothing is hidden either. The build makes them, the
// host reads them in the commit before it records the release, the agent on the volume before it composes the view.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// The tree of a module that brings its own root. Normative text: repo-format/guest/whole.md.
/// libc only: the programs inside a qube read it.
namespace qpkg {

/// Where a whole view shows what the qube has there, if it has.
inline constexpr std::array<std::string_view, 11> places_of_qube = {"/dev", "/home", "/media", "/mnt", "/proc", "/root",
                                                                    "/run", "/rw",   "/sys",   "/tmp", "/var"};
/// Folders that the tree itself fills. /var/lib is the only part of /var that is the tree's.
inline constexpr std::array<std::string_view, 3> places_of_tree = {"/usr", "/etc", "/var/lib"};

enum class AtPlace {
    nothing,
    empty_folder,
    folder, ///< with something in it
    other,  ///< a file, a link, or more
};

/// Of "/home", without following a link anywhere on the way.
using LookAtPlace = std::function<AtPlace(std::string_view place)>;

/// Why this is no tree for a whole view; nothing: it is one. "/home is no folder"
std::optional<std::string> complaint_about_whole_tree(const LookAtPlace& look);

} // namespace qpkg
