// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a failed installation is read and not only quoted. dpkg ends with words of its own, apt adds more, and other
// packages may have been set up in between. What a person needs came before all that: what the package's script said
// last, on whichever stream.
#pragma once

#include "qpkg/core/subprocess.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::apt {

struct PackageFailure {
    std::string package;
    std::string reason; ///< dpkg's own: "… post-installation script subprocess returned error exit status 3"
    std::vector<std::string> words; ///< the script's last lines, those of standard output first; foreign text

    friend bool operator==(const PackageFailure&, const PackageFailure&) = default;
};

/// The first package that dpkg names as failed, nothing when it names none.
std::optional<PackageFailure> package_failure(const CommandResult& result);

} // namespace qpkg::apt
