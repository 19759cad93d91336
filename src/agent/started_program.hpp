// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/guest/place.hpp"
#include "repo-format/guest/session.hpp"

#include "qpkg/core/fd.hpp"

#include <sys/types.h>

#include <string>

namespace qpkg::agent {

/// A program that a host had started, with pipes or a terminal for its standard streams. Ends with this object.
class StartedProgram {
public:
    /// Error failed when the qube cannot run it so. A program that is not there ends with 127, having said so.
    explicit StartedProgram(const session::Order& order);
    ~StartedProgram();
    StartedProgram(const StartedProgram&) = delete;
    StartedProgram& operator=(const StartedProgram&) = delete;

    // None of them blocks; -1 once it is closed.
    int output() const { return output_.get(); }
    int errors() const { return errors_.get(); }
    int input() const { return input_.get(); }
    int process() const { return process_.get(); } ///< readable when the program has ended

    /// What there is to read, at most `cap` bytes; closes the stream at its end.
    std::string read_output(std::size_t cap) { return read(output_, cap); }
    std::string read_errors(std::size_t cap) { return read(errors_, cap); }

    /// Takes from the beginning of `pending` what the program takes.
    void write_input(std::string& pending);
    void close_input();
    void resize(const session::TerminalSize& size);
    void send(const session::Signal& signal) const;

    /// Its exit status, 128 + n for signal n. To be called once `process` is readable.
    int wait();

private:
    static std::string read(Fd& from, std::size_t cap);
    void end();

    bool terminal_;
    pid_t pid_ = -1; ///< -1: nobody is to be waited for
    Fd process_;
    Fd input_;
    Fd output_;
    Fd errors_;
};

} // namespace qpkg::agent
