// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/core/subprocess.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace qpkg {

enum class Network { none, host };

/// What one run may use, all its processes together.
struct SandboxLimits {
    std::uint64_t processes = 4096;                    ///< each thread counts
    std::uint64_t memory = std::uint64_t{8} << 30U;    ///< bytes, with what lies in /tmp, /run and /dev/shm
    std::uint64_t disk = std::uint64_t{64} << 30U;     ///< bytes of `upper`
    std::chrono::seconds time = std::chrono::hours(2); ///< from its start to its end
};

/// A command inside an overlay over a base root, in its own mount, pid, IPC, UTS (and, without network, network)
/// namespaces, with few capabilities and system calls. /proc, /dev, /run and /tmp are its own; there is no /sys; the
/// host name is "qpkg". It has no terminal, and standard input is at its end when the command brings none.
struct SandboxRun {
    std::filesystem::path base_image;         ///< the base's volume
    std::filesystem::path upper;              ///< receives every change; used for one run
    std::filesystem::path work;               ///< overlayfs work directory, same file system as `upper`
    std::vector<std::filesystem::path> lower; ///< directories or images between base and upper, topmost first
    std::vector<std::pair<std::filesystem::path, std::filesystem::path>> binds; ///< outside → inside, read-write
    Network network = Network::none;
    Command command; ///< argv, environment, on_line
};

/// Builds run here, each run within limits: one that meets a limit is ended, and the Error names it. Nothing stays
/// mounted, also after kill -9: every mount lives in the command's own namespace.
class Sandbox {
public:
    virtual ~Sandbox() = default;

    virtual CommandResult run(const SandboxRun& request) = 0;

    /// The root directory of a volume, mounted for as long as the descriptor is open, and nowhere to be seen.
    virtual Fd open_root(const std::filesystem::path& image) = 0;
};

} // namespace qpkg
