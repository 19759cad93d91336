// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"

#include <cstdint>

namespace qpkg {

/// `path` as seen from the directory `root`, by the RESOLVE_… rules of <linux/openat2.h>; never a magic link of /proc.
/// Invalid, with errno, when it cannot be opened. libc only.
///
/// The kernel gives up on a path over `..` with EAGAIN when anything on the machine was renamed or mounted meanwhile
/// (openat2(2)); then it is asked again. Taken for "not there", that is a build that leaves out a file now and then.
Fd open_within(int root, const char* path, int flags, std::uint64_t resolve);

} // namespace qpkg
