// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/content_store.hpp"

#include <filesystem>
#include <span>
#include <string>

/// What a repository calls its commits.
namespace qpkg::ostree {

/// Durable. The file `ostree refs` reads.
void write_ref(const std::filesystem::path& repository, const std::string& ref, const CommitId& commit);

/// Removes refs to other commits; whether there were any.
bool remove_refs_but(const std::filesystem::path& repository, std::span<const CommitId> commits);

/// Removes deltas to commits that are not there.
void remove_stray_deltas(const std::filesystem::path& repository);

/// Writes `summary` anew and, with a signer, `summary.sig`.
void write_summary(const std::filesystem::path& repository, const CommitSigner* signer);

} // namespace qpkg::ostree
