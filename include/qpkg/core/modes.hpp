// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace qpkg::files {

/// fchmod, where it is needed. Shares of a network may refuse to set modes: then the mode that they show is accepted,
/// unless the wanted one keeps a secret and theirs shows it to others. `path` is for the message.
void set_mode(int fd, unsigned mode, const std::filesystem::path& path);
/// The same for a file or directory that is not open; no link is followed.
void set_mode(const std::filesystem::path& path, unsigned mode);

} // namespace qpkg::files
