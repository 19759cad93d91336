// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why there is one exception type. A check that is forgotten then stops the program instead of letting it go on with a
// wrong value, which is what matters in dom0. The code is the exit code, so that scripts can rely on it, and callers
// can tell "not there" from "not trusted" without reading words. Expected outcomes are values: `find` gives nothing, it
// does not throw.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace qpkg {

/// Why something failed. The numbers are the program's exit codes, see qpkg-exit-codes(7).
enum class Code {
    failed = 1,      ///< disk, permission, backend
    usage = 2,       ///< the command line or a file a person wrote is wrong
    not_found = 3,   ///< app, qube, release, file
    conflict = 4,    ///< changed meanwhile, or two things that cannot both hold
    untrusted = 5,   ///< signature, threshold, expiry, rollback, not allowed to publish this
    corrupt = 6,     ///< bytes do not match their digest, or are malformed
    no_space = 7,    ///< not enough space, or larger than allowed
    busy = 8,        ///< another qpkg holds the lock
    unsupported = 9, ///< newer format, missing tool, backend cannot
    partly = 10,     ///< some qubes failed
    bug = 70,        ///< qpkg itself is wrong
    interrupted = 130,
};

/// The one exception type. `what()` names the action, the thing and the cause: lower case, no full stop.
class Error : public std::runtime_error {
public:
    Error(Code code, const std::string& message, std::string hint = {});

    Code code() const noexcept { return code_; }
    const std::string& hint() const noexcept { return hint_; }

    /// The same failure seen from one level up: "<context>: <message>".
    Error within(std::string_view context) const;

private:
    Code code_;
    std::string hint_;
};

/// The error for a failed system call: "<action>: <strerror>". ENOSPC, EDQUOT and EFBIG become Code::no_space.
Error system_error(std::string_view action, int errno_value);

/// Runs `step`; an Error that leaves it is prefixed with `context`.
template <class Step>
decltype(auto) with_context(std::string_view context, Step&& step)
{
    try {
        return step();
    } catch (const Error& error) {
        throw error.within(context);
    }
}

} // namespace qpkg
