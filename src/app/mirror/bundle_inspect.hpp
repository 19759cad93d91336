// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/bundle.hpp"

#include "qpkg/model/release.hpp"
#include "qpkg/ports/progress.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace qpkg::app {

struct SectionCount {
    bundle::SectionType type;
    std::uint64_t sections;
    std::uint64_t bytes;
};

/// What a bundle says of itself. Whether that is true is known only to a machine that trusts its repository.
struct BundleContents {
    std::string fingerprint;  ///< of the repository's newest root
    std::uint64_t root_count; ///< root versions the repository has
    std::uint64_t length;     ///< bytes of the whole file
    std::vector<SectionCount> counts;
    std::vector<Release> releases;
};

/// Hashes every section. Errors: corrupt ("damaged in transfer: section 7 …"), failed (cut off).
BundleContents inspect_bundle(const std::filesystem::path& file, Progress& progress);

} // namespace qpkg::app
