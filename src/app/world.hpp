// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why use cases get one struct of everything outside. They then name no adapter, and tests build the same struct from
// fakes. A global or a container that finds services by type would let any function reach for anything; here a function
// shows by its parameters that it touches the world at all. What only builders, publishers and mirrors have is empty in
// dom0: an absent ability is an empty function, not a second code path.
#pragma once

#include "qpkg/ports/archive.hpp"
#include "qpkg/ports/archive_repository.hpp"
#include "qpkg/ports/clock.hpp"
#include "qpkg/ports/content_store.hpp"
#include "qpkg/ports/delta.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/hypervisor.hpp"
#include "qpkg/ports/package_source.hpp"
#include "qpkg/ports/packing.hpp"
#include "qpkg/ports/progress.hpp"
#include "qpkg/ports/sandbox.hpp"
#include "qpkg/ports/served_objects.hpp"
#include "qpkg/ports/state_db.hpp"
#include "qpkg/ports/trust_store.hpp"
#include "qpkg/ports/volume_store.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace qpkg::app {

/// Everything outside that a use case may touch. Built once, in cli/main.cpp; tests build theirs from fakes.
struct World {
    std::filesystem::path root; ///< the state directory (QPKG_ROOT, --root)
    StateDb& db;
    TrustStore& trust;
    ContentStore& content;
    VolumeStore& volumes;
    Hypervisor& hypervisor;
    QubeRunner& runner;
    Sandbox& sandbox;
    Clock& clock;
    Progress& progress;
    /// A reader of the repository at this directory or http(s) URL.
    std::function<std::unique_ptr<Fetcher>(const std::string& location)> fetcher;
    /// Opens (making it when absent) another content store, for scratch use by the builder and the publisher.
    std::function<std::unique_ptr<ContentStore>(const std::filesystem::path& directory)> open_content;
    /// A volume store over such a content store.
    std::function<std::unique_ptr<VolumeStore>(ContentStore& content, const std::filesystem::path& directory)>
        open_volumes;
    /// Fills an empty directory from a tar of unknown origin (adapters/archive). Empty in the dom0 role.
    std::function<UnpackReport(const std::filesystem::path& archive, const std::filesystem::path& directory,
                               const UnpackLimits& limits, Progress& progress)>
        unpack = {};
    /// The objects of the archive repository in this directory. Empty in the dom0 role.
    std::function<std::unique_ptr<ServedObjects>(const std::filesystem::path& archive)> open_archive = nullptr;
    /// Opens (making it when absent) an archive repository. Empty in the dom0 role.
    std::function<std::unique_ptr<ArchiveRepository>(const std::filesystem::path& archive)> archive_repository =
        nullptr;
    /// Static deltas (adapters/delta). Empty in the dom0 role, which takes whole objects only.
    ApplyDelta apply_delta = {};
    CopyDelta copy_delta = {};
    ApplyCopiedDelta apply_copied_delta = {};
    MakeDeltas make_deltas = {};
    /// How repositories serve details and owners (adapters/zstd). Empty in the dom0 role.
    Pack pack_file = {};
    Unpack unpack_file = {};
    /// The tree of what the root of a qube needs of qpkg, which every base that is built receives. Empty in the dom0
    /// role.
    std::filesystem::path guest_files = {};
    /// Whose packages bases and modules are made of. Empty in the dom0 role.
    PackageSources package_sources = {};
};

} // namespace qpkg::app
