// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/base/fd.hpp"
#include "qpkg/base/subprocess.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace qpkg {

enum class Network { none, host };

/// A command inside an overlay over a base root, in its own mount, pid, IPC, UTS (and, without network, network)
/// namespaces, with few capabilities. /proc, /dev, /run and /tmp are its own; the host name is "qpkg".
struct SandboxRun {
    std::filesystem::path base_image;         ///< the base's volume
    std::filesystem::path upper;              ///< receives every change; used for one run
    std::filesystem::path work;               ///< overlayfs work directory, same file system as `upper`
    std::vector<std::filesystem::path> lower; ///< directories or images between base and upper, topmost first
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> binds; ///< outside → inside, read-write
    Network network = Network::none;
    Command command; ///< argv, environment, on_line
};

/// Builds run here. Nothing stays mounted, also after kill -9: every mount lives in the command's own namespace.
class Sandbox {
public:
    virtual ~Sandbox() = default;

    virtual CommandResult run(const SandboxRun& request) = 0;

    /// The root directory of a volume, mounted for as long as the descriptor is open, and nowhere to be seen.
    virtual Fd open_root(const std::filesystem::path& image) = 0;
};

} // namespace qpkg
