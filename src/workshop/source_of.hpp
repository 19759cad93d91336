// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/package_source.hpp"

namespace qpkg::workshop {

/// The source whose package manager a root file system has; null when it has no known one.
const PackageSourceRow* source_of(PackageSources sources, const ForeignTree& root);

} // namespace qpkg::workshop
