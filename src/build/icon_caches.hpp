// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the build writes caches of icons itself. A theme without one is found, but each program looks at thousands of
// files at its start. In an app the program of its packages makes them, over base and app; an extension holds what its
// own packages ship and nothing that a script made. Its table is an index of names, of a format that has stayed the
// same since 2005. *Not taken:* that program, which would be installed for each extension, and takes files in the order
// of the builder's disk.
//
// A cache is believed while it is not older than its folder; folders of a volume are older than all that is made.
#pragma once

#include "build/extension.hpp"

#include "qpkg/core/foreign_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::build {

/// The bytes of icon-theme.cache 1.0 (GTK's updateiconcache.c) without pictures in it. `files`: "48x48/apps/git.png",
/// below the theme's folder. What is no picture is left out. Error unsupported: more than 65536 folders.
std::string encode_icon_cache(const std::vector<std::string>& files);

/// Writes the cache of each theme of an extension of qpkg.icons; one of another point stays as it is. They have the
/// time `epoch`.
void add_icon_caches(const ForeignTree& tree, const std::optional<Extension>& extension, std::int64_t epoch);

} // namespace qpkg::build
