// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace qpkg::sandbox {

/// From here on this process, and whatever comes from it, is refused the system calls that no installation of packages
/// needs and that reach past the sandbox: see system_calls.cpp for which, and why. Needs no_new_privs or root.
void refuse_system_calls();

} // namespace qpkg::sandbox
