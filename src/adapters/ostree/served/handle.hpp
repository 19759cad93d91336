// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/ostree/served/glib.hpp"

#include <ostree.h>

#include <filesystem>

namespace qpkg::ostree {

/// libostree's object for the repository at a place, not yet opened.
glib::Owned<OstreeRepo> handle_of(const std::filesystem::path& directory);
glib::Owned<OstreeRepo> open_repository(const std::filesystem::path& directory);

} // namespace qpkg::ostree
