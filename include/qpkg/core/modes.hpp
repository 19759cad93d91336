// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a mode that cannot be set may be no error. A published directory may lie on a share that shows one mode for all
// files. The mode is a courtesy there. Where it keeps a secret it is the point, and then the file is refused.
#pragma once

#include <filesystem>

namespace qpkg::files {

/// fchmod, where it is needed. Shares of a network may refuse to set modes: then the mode that they show is accepted,
/// unless the wanted one keeps a secret and theirs shows it to others. `path` is for the message.
void set_mode(int fd, unsigned mode, const std::filesystem::path& path);
/// The same for a file or directory that is not open; no link is followed.
void set_mode(const std::filesystem::path& path, unsigned mode);

} // namespace qpkg::files
