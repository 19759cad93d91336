// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/guest/place.hpp"

#include "qpkg/core/fd.hpp"

#include <csignal>
#include <optional>

namespace qpkg::local {

/// While it lives, signals for this command wait to be passed on to the program that it runs elsewhere. Those of a
/// terminal's keys are for all processes there that a shell would call one job.
class CallersSignals {
public:
    CallersSignals();
    ~CallersSignals();
    CallersSignals(const CallersSignals&) = delete;
    CallersSignals& operator=(const CallersSignals&) = delete;

    /// Readable when one waits.
    int waiting() const { return fd_.get(); }
    std::optional<session::Signal> next() const;

private:
    sigset_t watched_{};
    sigset_t before_{};
    Fd fd_;
};

} // namespace qpkg::local
