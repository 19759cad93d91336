// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the root of a place is built anew. The base is shared by all qubes and read-only; what a qube may write is
// mounted over it: its home and /rw, which last, and /run, /tmp, /var and /dev, which end with the place. The kernel
// allows two overlays on top of each other and no more. The qube's /etc and /var are the first, an app's view is the
// second, so the base must not count: it is mounted over a loop device where one can be had. The apps' volumes come
// later, in the same way whether the place is new or has run for days.
//
// Programs of ours are copies, so that nothing inside leads to a file of the host that could be changed from there.
#pragma once

#include <filesystem>
#include <string>

namespace qpkg::local {

/// Everything a qube's root is made of, as paths of the host.
struct PlaceRoot {
    std::filesystem::path stage;      ///< an empty directory to mount on
    std::filesystem::path base;       ///< image
    std::filesystem::path home;       ///< directory, shown as /home
    std::filesystem::path rw;         ///< directory, shown as /rw
    std::filesystem::path programs;   ///< holds qpkg-agent and qpkg-run
    std::filesystem::path host_files; ///< directory of what follows the host, see host_files.hpp
    std::string hostname;
    std::string machine_id;
};

/// Mounts the root of a qube and makes it this process's root. To be called in mount, pid, IPC and UTS namespaces of
/// its own (private mounts), as their first process, by root. Afterwards / and the base are read-only; /run, /tmp, /var
/// and /dev are the place's own; qpkg's programs lie in /run/qpkg/libexec.
void enter_place_root(const PlaceRoot& root);

} // namespace qpkg::local
