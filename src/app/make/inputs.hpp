// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why inputs are kept by those who publish. Distributions drop old versions within weeks; a release that nobody can
// build again is one that nobody can check. The signed lists are kept with the packages: without them a rebuilder only
// learns that a publisher's packages give a publisher's module, and not that they are the distribution's.
#pragma once

#include "app/world.hpp"
#include "build/lock.hpp"

#include "qpkg/ports/package_source.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace qpkg::app {

/// Where inputs lie while something is built; each file is named by its SHA-256, as repositories have it below inputs/.
struct InputsPlace {
    std::filesystem::path directory;

    std::filesystem::path at(const Digest& input) const { return directory / input.hex(); }
};

/// Keeps the package files of a lock, and the signed lists that they were chosen from. Returns the table of origin.
std::string keep_inputs(const World& world, const PackageSource& source, const Workshop& workshop,
                        const build::Lock& lock, const std::filesystem::path& lists, const InputsPlace& place);

/// Gives package files that were kept to the source's cache, so that nobody has to be asked for them.
void use_inputs(const PackageSource& source, const Workshop& workshop, const build::Lock& lock,
                const InputsPlace& place);

/// Why it is not proven that the distribution offered the packages of this lock file, on the base that it names;
/// nothing when it is. `lists`: as `PackageSource::prove` takes them. Errors: not_found, conflict (no such base here).
std::optional<Error> doubt_of_origin(World& world, const build::Lock& lock, const std::filesystem::path& lists);

} // namespace qpkg::app
