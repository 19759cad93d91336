// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a run is a locked file. Who runs must be known to other processes, and must stop being known when the last
// process of the run ends, however it ends. A lock does that; a process number in a file does not. The file is written
// before it has a name, so nobody reads half of it or takes it for a dead one's.
#pragma once

#include "qpkg/core/fd.hpp"
#include "qpkg/ports/hypervisor.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::local {

/// "This qube runs, with these slots": a locked file. The lock, and with it the claim, ends with the last process that
/// holds the descriptor, however that one ends.
class Session {
public:
    /// Makes the file in `directory`; nobody ever sees it unlocked.
    Session(const std::filesystem::path& directory, const Attachment& attachment);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

private:
    /// True when it got its name at once, complete.
    bool try_unnamed(const std::filesystem::path& directory, const std::string& text);
    /// Where the file system has no files without names. False when somebody took the file for a dead one's.
    bool try_hidden(const std::filesystem::path& directory, const std::string& text);

    std::filesystem::path path_;
    Fd fd_;
};

/// What runs now, ascending by qube. Files whose processes are gone are removed.
std::vector<Attachment> running_sessions(const std::filesystem::path& directory);

} // namespace qpkg::local
