// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace qpkg::trust {

/// Initialises libsodium at the first call. Error failed when the machine has no source of randomness.
void require_sodium();

} // namespace qpkg::trust
