// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why these files are followed. A place lives for days: a VPN comes up, a laptop moves, and what the place was told at
// its start is wrong. Each is one file on the host that all views of the place show, and it is written in place, so
// that whoever has it open, or opens it by any of its names, sees the change.
#pragma once

#include "qpkg/core/fd.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <string>

namespace qpkg::local {

struct HostFile {
    const char* name; ///< below the place's /etc
    const char* source;
};

/// What of the host's /etc a local qube shares: it has its network and its clock.
inline constexpr std::array host_files = {
    HostFile{"resolv.conf", "/etc/resolv.conf"}, HostFile{"localtime", "/etc/localtime"},
    HostFile{"timezone", "/etc/localtime"}, ///< the name that the link has
};

/// Copies of the host's files in one directory, which follow them as long as somebody calls `follow`.
class HostFiles {
public:
    explicit HostFiles(const std::filesystem::path& directory);

    /// Readable when a file of the host may have changed; -1 where the kernel tells nobody more of such things.
    int changes() const { return changes_.get(); }
    /// After how many milliseconds to look by oneself, -1 for never.
    int look_after() const { return changes_ ? -1 : between_looks_at_files; }
    void follow();

private:
    static constexpr int between_looks_at_files = 5000;

    void watch();
    void copy(const HostFile& file);

    Fd directory_;
    Fd changes_;
    std::map<std::string, std::string> copied_; ///< what was written last, by name
};

} // namespace qpkg::local
