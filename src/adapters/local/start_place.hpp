// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a process of the host stands beside every place. Only a child of the process that made a pid namespace is in it,
// so one has to make it; it stays as the place's keeper. It holds the lock that says "this qube runs", so no program
// inside has to, and it carries changes of the host's files inside. It and the first process end with each other.
#pragma once

#include "adapters/local/place_root.hpp"
#include "adapters/local/places.hpp"

#include "qpkg/core/fd.hpp"

namespace qpkg::local {

/// Starts the first process of a place and its keeper, which holds `lock` (of the qube's own directory) and the lock of
/// `place` until the end. Returns the first conversation once the root is there; the place ends when nothing is said
/// there and nothing runs. Needs root. Error failed says what went wrong inside.
Fd start_place(const PlaceRoot& root, const NewPlace& place, const std::filesystem::path& final_path, const Fd& lock);

} // namespace qpkg::local
