// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signing/dates.hpp"

namespace qpkg::trust {

// The one file that is compiled again when the date changes.
std::int64_t build_date() { return QPKG_BUILD_DATE; }

} // namespace qpkg::trust
