// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/backends.hpp"

#include "adapters/local/local_hypervisor.hpp"
#include "adapters/qubes/qubes_hypervisor.hpp"
#include "plan/activation.hpp"

#include "qpkg/base/digest.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace qpkg::cli {
namespace {

namespace fs = std::filesystem;

/// What runs now is no part of the state: it must be told on a full or read-only disk, too, and end with the machine.
fs::path runtime_directory(const fs::path& root)
{
    return "/run/qpkg/local-" + sha256(fs::weakly_canonical(root).string()).hex().substr(0, 16);
}

Backend make_local(const BackendWorld& world)
{
    const bool is_stood_in = std::getenv("QPKG_LOCAL_SYSTEMD") != nullptr; // where a test is the qube's systemd
    return Backend(std::make_unique<local::LocalHypervisor>(local::LocalOptions{
        world.root, [&volumes = world.volumes](const VolumeId& volume) { return volumes.path(volume); }, world.programs,
        runtime_directory(world.root), is_stood_in}));
}

/// What a volume holds, as far as any record says.
std::vector<VolumeSlot> known_slots(const StateDb& database, const VolumeId& volume)
{
    const auto snapshot = database.snapshot();
    for (const auto& [id, known] : snapshot.releases) {
        const auto& release = known.release;
        if (release.volume.root == volume) {
            return {{release.app, release.version, volume}};
        }
    }
    for (const auto& qube : snapshot.qubes) {
        for (const auto& generation : qube.generations) {
            if (generation.composed == volume) {
                return plan::slots_of(snapshot, generation);
            }
        }
    }
    return {};
}

Backend make_qubes(const BackendWorld& world)
{
    qubes::QubesOptions options{
        .root = world.root,
        .volume_path = [&volumes = world.volumes](const VolumeId& volume) { return volumes.path(volume); },
        .known_slots = [&database = world.database](const VolumeId& volume) { return known_slots(database, volume); }};
    // Where tests put stand-ins.
    const auto from_environment = [](const char* name, auto& value) {
        if (const char* set = std::getenv(name); set != nullptr) {
            value = set;
        }
    };
    from_environment("QPKG_QUBESD_SOCKET", options.socket);
    from_environment("QPKG_QREXEC_CLIENT", options.qrexec_client);
    from_environment("QPKG_LOSETUP", options.losetup);
    from_environment("QPKG_SYNC_APPMENUS", options.sync_appmenus);
    from_environment("QPKG_SYSTEM", options.system);
    if (const char* set = std::getenv("QPKG_QUBESD_SECONDS"); set != nullptr) {
        options.patience = std::chrono::seconds(std::max(1, std::atoi(set)));
    }
    return Backend(std::make_unique<qubes::QubesHypervisor>(std::move(options)));
}

} // namespace

Backend make_backend(const std::string& name, const BackendWorld& world)
{
    auto rows = backends_of_role();
    rows.push_back({"local", make_local});
    rows.push_back({"qubes", make_qubes});
    const auto row = std::ranges::find(rows, name, &BackendRow::name);
    if (row == rows.end()) {
        std::vector<std::string> names(rows.size());
        std::ranges::transform(rows, names.begin(), &BackendRow::name);
        throw Error(Code::unsupported, "there is no backend \"" + name + '"',
                    "the backends of this qpkg are: " + text::join(names, ", "));
    }
    return row->make(world);
}

} // namespace qpkg::cli
