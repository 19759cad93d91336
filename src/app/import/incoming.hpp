// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a sender has three limits. One for silence catches who stops, one for the whole catches who never ends, one for
// the rate catches who sends a byte a minute. With only one of them each of the others is a way to hold a machine. The
// rate is an average with a start of its own, so that a slow beginning is no fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace qpkg::app {

/// How long a stranger may take to send. Each limit alone ends it.
struct Patience {
    std::chrono::seconds silence{600};     ///< without a byte for this long
    std::chrono::seconds whole{24 * 3600}; ///< from the first moment to the end
    std::uint64_t slowest = 1024;          ///< bytes a second, on average, with `silence` to begin with
};

struct Waited {
    std::chrono::milliseconds altogether;
    std::chrono::milliseconds since_last; ///< byte
    std::uint64_t received;               ///< bytes
};

/// Why a sender is given up, in words; nothing while there is patience with it.
std::optional<std::string> out_of_patience(const Waited& waited, const Patience& patience);

/// Reads a file, a pipe or a socket that belongs to a stranger, and counts.
class IncomingStream {
public:
    IncomingStream(int fd, Patience patience);

    std::uint64_t received() const noexcept { return received_; }

    /// Some bytes, none at the end. Error failed when patience ends; corrupt for a directory.
    std::size_t read_some(std::span<std::uint8_t> buffer);
    /// Exactly as many; Error failed when it ends before.
    void fill(std::span<std::uint8_t> buffer);

private:
    bool is_readable(std::chrono::steady_clock::time_point last) const;

    int fd_;
    Patience patience_;
    std::chrono::steady_clock::time_point begun_;
    std::uint64_t received_ = 0;
};

/// Everything that `fd` gives; more than `cap` bytes is Error no_space.
std::string read_stream(int fd, std::size_t cap, const Patience& patience);

} // namespace qpkg::app
