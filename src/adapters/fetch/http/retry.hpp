// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why waiting is one pure function. How long a server may keep a command waiting is a promise to the user, and a
// promise that is spread over a transfer's call-backs cannot be tested. Attempts, single waits, all waits together and
// the file's own deadline are each a limit, for each of the others alone can be got round: by many short waits, by one
// long one, or by progress of a byte at a time. A server that asks for too much is given up at once rather than waited
// for in vain.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace qpkg::fetch {

using Milliseconds = std::chrono::milliseconds;

/// How long a server that stumbles is waited for. Whatever it says, it cannot hold a command for ever.
struct RetryLimits {
    unsigned attempts = 5;             ///< at one file, without progress
    Milliseconds first_wait{500};      ///< twice as long after each further attempt
    Milliseconds longest_wait{60'000}; ///< who asks for more (Retry-After) is given up at once
    Milliseconds all_waits{600'000};   ///< with nothing else to do, over the life of a fetcher
};

/// An attempt that may go better the next time.
struct Stumble {
    unsigned attempts = 1;                   ///< made at this file since it last came on, with this one
    std::optional<Milliseconds> asked = {};  ///< Retry-After
    Milliseconds waited{0};                  ///< so far, over the life of the fetcher
    Milliseconds left = Milliseconds::max(); ///< until the file's own deadline
};

/// How long to wait before the next attempt; nothing: no more.
std::optional<Milliseconds> wait_before_retry(const Stumble& stumble, const RetryLimits& limits);

/// Whether an answer says "not now" rather than "no".
bool is_transient(long status);

/// So much of a file counts as progress: a line that breaks now and then may bring a large file in many pieces.
inline constexpr std::uint64_t progress_bytes = 1024 * 1024;

} // namespace qpkg::fetch
