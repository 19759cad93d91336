// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why it reads what releases say of themselves, and nothing else. Who asks for a hole has little time, and perhaps no
// network: the tables that came with each release are here, so fifty qubes are asked in the time of one file.
#pragma once

#include "app/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace qpkg::app {

/// How a release or base stands to what was asked for.
enum class Standing {
    has,    ///< the package, library or file
    mended, ///< it has the package, in a version whose changelog names the vulnerability
    lacks,  ///< the same, and that does not name it
};

/// One app or base in one qube that has something to do with it.
struct Exposed {
    QubeName qube;
    bool runs;                ///< programs can use it now
    bool wanted;              ///< the qube's next start brings it
    bool disposable;          ///< it is gone when the qube is
    bool networked;           ///< the qube reaches a network, as far as is known
    std::string holder;       ///< id of the app or base
    std::string version;      ///< of the app; of a base "r41"
    std::string what;         ///< package, library or path
    std::string what_version; ///< of the package; empty for others
    Standing standing;
    std::string mended_by; ///< version of a newer release that is known here and is not exposed; empty: none
};

struct Exposure {
    std::string word;
    std::vector<Exposed> rows;        ///< ascending by qube, holder, what
    std::vector<std::string> unknown; ///< ids of apps and bases whose tables are not here
};

/// Where a package (by its own name or that of its source), a library ("libssl.so.3") or a file (the SHA-256 of what is
/// in it) is, or which packages lack the mending of a vulnerability ("CVE-2026-1234"). Offline; reads each file only
/// for a hash. Errors: not_found (nothing is called so; no release here mends that, so nobody knows whom it concerns).
Exposure exposure(World& world, const std::string& word);

} // namespace qpkg::app
