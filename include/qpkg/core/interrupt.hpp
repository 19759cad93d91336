// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why signals only set a flag. A handler may do next to nothing, and an exception out of one would leave locks and
// files in any state. So loops ask, at places that are safe to be left. After a commit they do not ask (`Hold`): what
// the database promises is finished first.
#pragma once

namespace qpkg::interrupt {

/// From now on SIGINT, SIGTERM and SIGHUP only set a flag; SIGPIPE and SIGXFSZ are ignored. Called once, by main.
void install_handlers();

bool requested() noexcept;

/// Throws Error interrupted when a signal has come. Called in every long loop, between steps that are safe to abandon.
void throw_if_requested();

/// The next steps finish what a commit has promised: while one of these lives, `throw_if_requested` does not throw.
class Hold {
public:
    Hold() noexcept;
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
};

} // namespace qpkg::interrupt
