// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a child is a group that dies with us. Builds start package managers, which start scripts, which start anything.
// Ctrl-C, a limit or a kill must end all of them, or they go on writing where the next command works. What a program
// prints is capped: it may be foreign.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qpkg {

struct Command {
    std::vector<std::string> argv{};                                ///< argv[0] is looked up on PATH
    std::vector<std::pair<std::string, std::string>> environment{}; ///< added to (or replacing in) the caller's
    bool clean_environment = false;                                 ///< start from `environment` alone
    std::filesystem::path directory{};                              ///< empty: the caller's
    std::string input{};                                            ///< standard input; empty: /dev/null
    std::function<void(std::string_view line)> on_line{};           ///< each line of stdout and stderr as it comes
    std::function<void()> in_child{};                               ///< after fork, before exec; may throw Error
    /// A few times a second, with the child's number; what it throws ends the whole group at once, and leaves `run`.
    std::function<void(pid_t child)> watch{};
};

struct CommandResult {
    int status = 0;     ///< exit status; 128 + n when killed by signal n
    std::string output; ///< stdout, at most 16 MiB
    std::string errors; ///< stderr, the last 64 KiB
};

/// Runs a command in its own process group and waits. The child dies with this process (PR_SET_PDEATHSIG); Ctrl-C ends
/// the whole group, waits for it and throws Error interrupted. A program that does not exist is Error unsupported.
CommandResult run(const Command& command);

/// As `run`; a status other than 0 is Error failed "<what>: <last lines of stderr>".
CommandResult run_checked(const Command& command, std::string_view what);

} // namespace qpkg
