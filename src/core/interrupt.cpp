// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/interrupt.hpp"

#include "qpkg/core/error.hpp"

#include <atomic>
#include <csignal>

namespace qpkg::interrupt {
namespace {

// The one unavoidable global: a signal handler has nowhere else to write.
std::atomic<bool> signal_came{false};
std::atomic<int> holds{0};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int) { signal_came.store(true); }

} // namespace

void install_handlers()
{
    struct sigaction action {};
    action.sa_handler = on_signal; // no SA_RESTART: a blocked wait must return
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaction(signal, &action, nullptr);
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a write past the file size limit fails instead
}

bool requested() noexcept { return signal_came.load(); }

void throw_if_requested()
{
    if (requested() && holds.load() == 0) {
        throw Error(Code::interrupted, "interrupted");
    }
}

Hold::Hold() noexcept { ++holds; }
Hold::~Hold() { --holds; }

} // namespace qpkg::interrupt
