// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a place is asked and not entered. A process of the host that steps into namespaces where foreign programs run can
// be looked at, and what it has open can be taken (CVE-2016-9962, CVE-2019-5736, CVE-2024-21626). Here the first
// process of the place starts every program as its own child; of the host it gets words, and the open files that the
// program is meant to have.
#pragma once

#include "qpkg/model/volume_slot.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a host says to the place of a local qube. Normative text: repo-format/guest/place.md.
/// libc only: the programs inside a qube read it.
namespace qpkg::session {

/// What a program gets as one of its standard streams.
enum class StreamSource : char {
    given = 'g',        ///< an open file of the caller's, with nothing in between
    own_terminal = 't', ///< a terminal of the qube, which the caller's process relays
    nothing = 'n',      ///< /dev/null
};

enum class Keys : char { passed_on = 'p', kept = 'k' };

struct ProgramStreams {
    StreamSource input;
    StreamSource output;
    StreamSource errors;
    Keys keys; ///< whether what is typed goes to the program; its terminal then is its controlling terminal

    bool has_terminal() const noexcept;
    bool operator==(const ProgramStreams&) const = default;
};

std::string encode_streams(const ProgramStreams& streams);
std::optional<ProgramStreams> parse_streams(std::string_view payload);

/// As a terminal's key or one process sends it.
enum class Reach { program_alone, whole_job };

struct Signal {
    int number;
    Reach reach;

    bool operator==(const Signal&) const = default;
};

std::string encode_signal(const Signal& signal);
/// Nothing for what is no signal.
std::optional<Signal> parse_signal(std::string_view payload);

/// All that a qube shows from now on.
struct VolumeList {
    std::vector<VolumeId> coming; ///< their mounts come along, in this order
    std::vector<VolumeSlot> slots;

    bool operator==(const VolumeList&) const = default;
};

std::string encode_volumes(const VolumeList& list);
/// Error corrupt.
VolumeList parse_volumes(std::string_view bytes);

} // namespace qpkg::session
