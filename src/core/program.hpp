// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "core/user_entry.hpp"

#include <map>
#include <string>
#include <vector>

/// How a program begins inside a qube. Needs nothing but libc and Error, so that the static programs there share it.
namespace qpkg::program {

using Environment = std::map<std::string, std::string>;

/// What is left to do in the process that becomes the program.
struct Program {
    std::string qube;
    std::vector<std::string> argv;
    UserEntry user;
    Environment environment; ///< all of it
};

/// What a program may learn of the caller's surroundings: his terminal, language, display and way of typing.
Environment callers_environment();

/// Inside the qube's root: reads who the user is ("user" or "root"), makes his home at the first use and his runtime
/// directory. An empty `argv` is his shell; `passed` never replaces what the qube itself says.
Program prepare_program(const std::string& qube, const std::string& user, std::vector<std::string> argv,
                        const Environment& passed);

/// Becomes the program, which gets the open files below `first_closed`. Returns the status for the shell's reader when
/// it cannot: 127 not there, 126 not executable, having said so on stderr.
int become_program(const Program& program, unsigned first_closed = 3);

/// Becomes the agent at `path` with one word, with root's environment.
int become_agent(const char* path, const char* verb);

} // namespace qpkg::program
