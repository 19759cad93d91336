// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/ports/hypervisor.hpp"
#include "qpkg/ports/state_db.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace qpkg::cli {

/// What drives qubes is also what runs programs in them.
struct Backend {
    template <class Implementation>
    explicit Backend(std::unique_ptr<Implementation> made) : runner(made.get()), hypervisor(std::move(made))
    {
    }

    QubeRunner* runner;
    std::unique_ptr<Hypervisor> hypervisor;
};

/// What a backend works on. The database and the volumes outlive it.
struct BackendWorld {
    std::filesystem::path root;     ///< of the state
    std::filesystem::path programs; ///< the folder of qpkg-agent and qpkg-run
    const StateDb& database;
    const VolumeStore& volumes;
};

struct BackendRow {
    const char* name;
    Backend (*make)(const BackendWorld& world);
};

/// Those that only the role of this program has.
std::vector<BackendRow> backends_of_role();

/// Error unsupported, with the names of those that are there.
Backend make_backend(const std::string& name, const BackendWorld& world);

} // namespace qpkg::cli
