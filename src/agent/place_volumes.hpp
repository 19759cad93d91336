// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "agent/qube_paths.hpp"
#include "agent/refresh.hpp"
#include "repo-format/guest/place.hpp"

#include "qpkg/core/fd.hpp"

#include <vector>

namespace qpkg::agent {

/// Makes a running place show exactly the volumes of `list`; `mounts` are those that come, in the list's order. What
/// programs use of a volume that goes stays with them. May be repeated.
RefreshReport show_volumes(const QubePaths& layout, const session::VolumeList& list, const std::vector<Fd>& mounts);

/// Puts a mount over the file or folder `place`, which is made when it is not there, with the folders above; these have
/// the owner of the one that they lie in. Error failed.
void show_at(const fs::path& place, const Fd& mount);

} // namespace qpkg::agent
