// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why fontconfig's caches are made again at the end. A cache of a directory is valid for exactly the time that the
// directory had, and the directories of a volume get theirs from what is in them: what a trigger made while packages
// were installed is valid nowhere. So they are made over the finished tree as a volume shows it, with the program and
// the configuration of the view. Without them each app would make its own at its first start, into a home that it
// shares with apps that have other fonts.
//
// They lie in /usr/lib/fontconfig/cache, for views show no /var/cache; the agent names that folder to fontconfig. An
// extension of qpkg.fonts has its own in the same way, of the folder that it will be in a qube.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/model/id.hpp"
#include "qpkg/ports/package_source.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace qpkg::build {

/// Whether the base has fontconfig's program.
bool has_font_program(const Fd& base);

/// Whether fontconfig's program is in the view of this module, and fonts that only it has.
bool wants_font_caches(const std::filesystem::path& tree, const Fd& base);

/// Adds the caches to `tree`, whose volume is at `volume`. They have the time `epoch`. Error failed: what fontconfig
/// said.
void add_font_caches(const Workshop& workshop, const std::filesystem::path& volume, const std::filesystem::path& tree,
                     std::int64_t epoch);

/// The same for the extension `app` of qpkg.fonts. `programs`: changes of an installation that has fontconfig's, where
/// the base has not.
void add_entry_caches(const Workshop& workshop, const std::filesystem::path& volume,
                      const std::optional<std::filesystem::path>& programs, const AppId& app,
                      const std::filesystem::path& directory, std::int64_t epoch);

} // namespace qpkg::build
