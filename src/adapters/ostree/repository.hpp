// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

namespace qpkg::ostree {

enum class RepositoryMode { bare_user, archive };

/// Makes an OSTree repository when there is none. Error unsupported when there is one of another mode.
void ensure_repository(const std::filesystem::path& directory, RepositoryMode mode);

/// Error unsupported when the repository there is of another mode.
void require_mode(const std::filesystem::path& directory, RepositoryMode mode);

/// Error unsupported for other modes.
RepositoryMode mode_of(const std::filesystem::path& directory);

} // namespace qpkg::ostree
