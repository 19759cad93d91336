// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/commit_requests.hpp"

#include "qpkg/model/commit_identity.hpp"

namespace qpkg::app {

CommitRequest base_commit(const std::filesystem::path& tree, const BaseId& base, std::int64_t epoch)
{
    const auto arch = native_arch();
    return {.tree = tree,
            .ref = "base/" + base.text() + '/' + arch.text() + "/stable",
            .subject = base.text(),
            .timestamp = epoch,
            .metadata = commit_identity(base, arch)};
}

ModuleIdentity identity_of(const Release& release)
{
    return {release.app,  release.version,  release.arch,
            release.base, release.tree.ref, release.inputs.source_date_epoch};
}

CommitRequest module_commit(const std::filesystem::path& tree, const ModuleIdentity& module)
{
    return {.tree = tree,
            .ref = module.ref,
            .subject = module.app.text() + ' ' + module.version,
            .timestamp = module.epoch,
            .metadata = commit_identity(module.app, module.arch, module.base, module.version)};
}

} // namespace qpkg::app
