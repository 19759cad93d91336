// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/details.hpp"

#include <string>
#include <vector>

namespace qpkg::plan {

/// The vulnerabilities that a newer release mends in what the older one has, too: ids that its details name of a source
/// package of both, and the older ones do not. Ascending. What only the newer one brings was never a hole here.
std::vector<std::string> newly_mended(const Details& older, const Details& newer);

} // namespace qpkg::plan
