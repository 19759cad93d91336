// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

namespace qpkg::cli {

/// The package managers that this program can use. A new one is a row in the .cpp, and its own folder.
PackageSources package_sources();

} // namespace qpkg::cli
