// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace qpkg::sandbox {

/// Hides what tells of the host's kernel and hardware, and makes read-only what steers them, as container runtimes do.
/// To be called inside the new root, where /proc and /dev/null are; there is no /sys.
void cover_kernel_files();

} // namespace qpkg::sandbox
