// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "adapters/local/place_link.hpp"
#include "core/program.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace qpkg::local {

/// The account that programs of a qube have.
inline constexpr uid_t qube_user = 1000;

/// A socket of the caller's display, sound or printing, or the folder of them.
struct SharedSocket {
    std::filesystem::path here;
    std::filesystem::path inside;

    friend bool operator==(const SharedSocket&, const SharedSocket&) = default;
};

/// What programs need so that windows open, sound is heard and pages are printed where the caller is.
struct Display {
    std::vector<SharedSocket> sockets;
    std::optional<std::filesystem::path> cookies; ///< the caller's file of X11 cookies
    std::string number;                           ///< of the X11 display: "0"
    program::Environment environment;
};

/// As this process's environment says.
Display callers_display();

/// Shows it in the place, whose folder on the host is `place`. A socket that only its owner may connect to, another
/// than the qube's user, gets a relay that is the owner and lasts as long as the place. What cannot be shown is left
/// out: programs say themselves that they have no display.
void share_display(const Display& display, PlaceLink& link, const std::filesystem::path& place);

} // namespace qpkg::local
