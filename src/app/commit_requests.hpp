// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/ports/content_store.hpp"

#include <filesystem>
#include <string>

/// What commits of bases and modules say of themselves. The same tree with the same words is the same commit: who makes
/// one again, of a volume that is left of it, must say exactly what was said first.
namespace qpkg::app {

/// Timestamp of bases that were imported: an archive has no date of its own that says anything.
inline constexpr std::int64_t import_epoch = 1'000'000'000;

CommitRequest base_commit(const std::filesystem::path& tree, const BaseId& base, std::int64_t epoch);

struct ModuleIdentity {
    AppId app;
    std::string version;
    Arch arch;
    BaseOrNone base;
    std::string ref;
    std::int64_t epoch;
};
ModuleIdentity identity_of(const Release& release);
CommitRequest module_commit(const std::filesystem::path& tree, const ModuleIdentity& module);

} // namespace qpkg::app
