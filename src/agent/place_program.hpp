// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the process that starts a program stays its session's leader. A job whose parent is in the same session can be
// stopped by its terminal's keys, and whoever asked for it is told: so Ctrl-Z in a qube stops the command outside, and
// `fg` goes on. A program that leads its own session could not be stopped at all.
#pragma once

#include "core/program.hpp"
#include "repo-format/guest/place.hpp"

#include "qpkg/core/fd.hpp"

#include <sys/types.h>

#include <optional>
#include <variant>
#include <vector>

namespace qpkg::agent {

/// One program of a place, and its job. To be made in a process that leads a session and has blocked SIGCHLD.
class PlaceProgram {
public:
    /// `given`: the caller's open files, in the order of the streams that are given. Error failed.
    PlaceProgram(program::Program program, const session::ProgramStreams& streams, std::vector<Fd> given);
    ~PlaceProgram();
    PlaceProgram(const PlaceProgram&) = delete;
    PlaceProgram& operator=(const PlaceProgram&) = delete;

    /// The host's end of the program's terminal, once; nothing where it has none.
    Fd take_terminal() { return std::move(ours_); }

    void start();
    void send(const session::Signal& signal) const;

    struct Stopped {
        int signal;
    };
    struct Ended {
        int status; ///< 128 + n for signal n
    };
    /// What has become of it since it was asked last.
    std::variant<std::monostate, Stopped, Ended> news();

private:
    int become() const;
    bool has_keys() const { return streams_.keys == session::Keys::passed_on && theirs_; }

    program::Program program_;
    session::ProgramStreams streams_;
    std::vector<Fd> given_;
    Fd ours_;
    Fd theirs_;
    Fd nothing_;
    pid_t pid_ = -1; ///< -1: does not run
};

} // namespace qpkg::agent
