// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qpkg::build {

enum class EntryKind {
    directory,
    file,
    symlink,
    special, ///< device, pipe, socket
    removal, ///< the base's path is gone: an overlay's whiteout, or hidden by a directory that replaced another
};

/// What the base has at the same path.
enum class InBase {
    nothing,
    the_same,  ///< a file of the same content, a link of the same target, a directory
    directory, ///< and this is none
    another,
};

/// One path of what an installation changed.
struct TreeEntry {
    std::string path; ///< absolute: "/usr/bin/git"
    EntryKind kind;
    unsigned mode = 0; ///< permission bits, with setuid, setgid and sticky
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    std::vector<std::string> xattrs = {}; ///< names, without those of overlayfs itself
    InBase in_base = InBase::nothing;

    friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

} // namespace qpkg::build
