// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <array>
#include <filesystem>

namespace qpkg::agent {

namespace fs = std::filesystem;

/// The parts of the root that a module may add to. A private view has its own of each.
inline constexpr std::array<const char*, 4> view_trees = {"usr", "opt", "etc", "var/lib"};

/// Where things are inside a qube. Everything the agent makes lies below `run`, on a tmpfs.
struct QubePaths {
    fs::path run = "/run/qpkg";
    fs::path root = "/";

    fs::path volume(const AppId& app) const { return run / "volumes" / app.text(); } ///< mount point
    /// Where a volume of several apps is mounted.
    fs::path composed() const { return run / "composed"; }
    fs::path composed(const VolumeId& volume) const { return composed() / volume.hex(); }
    fs::path views() const { return run / "views"; }
    fs::path view(const AppId& app) const { return views() / app.text(); } ///< see view.hpp
    /// The module's own root, where it brings one: such a view is whole.
    fs::path whole(const AppId& app) const { return view(app) / "root"; }
    fs::path outside() const { return run / "outside"; } ///< seen in a whole view: the root that it was entered from
    fs::path all_data() const { return run / "data"; }
    fs::path data(const AppId& app) const { return all_data() / app.text(); } ///< of an extension, see extensions.hpp
    fs::path base() const { return run / "base"; }                            ///< the qube's own trees
    /// Where an older release of the base is mounted for the views that stand on it.
    fs::path older_bases() const { return run / "bases"; }
    fs::path older_base(const VolumeId& volume) const { return older_bases() / volume.hex(); }
    fs::path bin() const { return run / "bin"; }
    fs::path share() const { return run / "share"; }
    fs::path units() const { return run / "units"; }     ///< services of apps, see service_units.hpp
    fs::path started() const { return run / "started"; } ///< see services.hpp
    fs::path systemd() const { return run.parent_path() / "systemd"; }
    /// What the user says of services; a later file wins. The second one lasts on Qubes, where /etc does not.
    std::array<fs::path, 2> permissions() const
    {
        return {root / "etc/qpkg/services", root / "rw/config/qpkg/services"};
    }
    fs::path runner() const { return run / "libexec/qpkg-run"; }
};

} // namespace qpkg::agent
