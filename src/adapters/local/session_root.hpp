// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the root of a run is built anew. The base is shared by all qubes and read-only; what a qube may write is mounted
// over it: its home and /rw, which last, and /run, /tmp, /var and /dev, which end with the run. The kernel allows two
// overlays on top of each other and no more. The qube's /etc and /var are the first, an app's view is the second, so
// the base must not count: it is mounted over a loop device where one can be had. Volumes are mounted and announced
// here; composing views is the agent's work, the same as in a virtual machine.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace qpkg::local {

/// Everything a qube's root is made of, as paths of the host.
struct SessionRoot {
    std::filesystem::path stage;                                       ///< an empty directory to mount on
    std::filesystem::path base;                                        ///< image
    std::vector<std::pair<VolumeSlot, std::filesystem::path>> volumes; ///< with their images
    std::filesystem::path home;                                        ///< directory, shown as /home
    std::filesystem::path rw;                                          ///< directory, shown as /rw
    std::filesystem::path programs;                                    ///< holds qpkg-agent and qpkg-run
    std::string hostname;
    std::string machine_id;
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> sockets; ///< of the display: host → /run/user
};

/// Mounts the root of a qube and makes it this process's root. To be called in mount, pid, IPC and UTS namespaces of
/// its own (private mounts), as their first process, by root. Afterwards / and the base are read-only; /run, /tmp, /var
/// and /dev are the session's own; the volumes lie at /run/qpkg/volumes and are announced, not composed yet.
void enter_session_root(const SessionRoot& root);

} // namespace qpkg::local
