// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/ports/fetcher.hpp"
#include "qpkg/ports/packing.hpp"

#include <string>

namespace qpkg::engine {

/// The details of a release, raw: from what brings them raw, as a bundle does, as they are, from a repository unpacked.
/// Nothing is unpacked or parsed before its hash is the manifest's. Errors: not_found, corrupt, no_space (larger than
/// details may be), unsupported (compressed, and nothing is inflated here).
std::string fetch_details(const Release& release, Fetcher& from, const Unpack& unpack);

/// The bytes of `packed`, which are `file` as repositories serve it. Errors as above.
std::string unpack_pinned(const PinnedFile& file, std::string_view packed, const Unpack& unpack);

} // namespace qpkg::engine
