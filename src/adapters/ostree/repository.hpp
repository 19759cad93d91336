// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/content_store.hpp"

#include <filesystem>
#include <string>

namespace qpkg::ostree {

enum class RepositoryMode { bare_user, archive };

/// Makes an OSTree repository when there is none. Error unsupported when there is one of another mode.
void ensure_repository(const std::filesystem::path& directory, RepositoryMode mode);

/// Durable. The file `ostree refs` reads.
void write_ref(const std::filesystem::path& repository, const std::string& ref, const CommitId& commit);

/// Writes `summary` anew and, with a signer, `summary.sig`.
void write_summary(const std::filesystem::path& repository, const CommitSigner* signer);

} // namespace qpkg::ostree
