// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/libvirt/settings.hpp"

namespace qpkg::cli {

/// Defaults, overlaid by `file` where it is there; kernel and initramfs are by default in boot/ of the state directory.
/// Errors: usage, with file, line and column.
libvirt::Settings load_libvirt_settings(const std::filesystem::path& file, const std::filesystem::path& root);

} // namespace qpkg::cli
