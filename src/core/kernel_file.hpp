// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string_view>

namespace qpkg {

/// A setting below /proc or /sys, which the kernel takes as one write. False where it refuses, errno says why. libc
/// only.
bool write_kernel_file(const std::filesystem::path& file, std::string_view text);

} // namespace qpkg
