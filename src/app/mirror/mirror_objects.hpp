// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a mirror applies deltas. It must hand on both, the delta for clients that have the older release and the objects
// for all others. Where it has the older release itself, the second can be made of the first, so the line carries only
// the delta. What comes out is checked object by object, like anything that a server sends.
#pragma once

#include "app/world.hpp"

#include <filesystem>
#include <span>

namespace qpkg::app {

/// Brings the objects of releases into the archive repository of a mirror: by a static delta from a release that the
/// mirror has, when that is smaller, else one by one as they are served. Every object is checked against its name
/// either way. The deltas lie in the mirror afterwards. `releases` ascend by sequence, so that of several releases of
/// one ref the newest is what the ref points at. Errors as ArchiveRepository.
ImportReport pull_releases(World& world, const std::filesystem::path& archive, std::span<const KnownRelease> releases,
                           Fetcher& site);

} // namespace qpkg::app
