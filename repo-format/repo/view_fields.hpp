// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/release.hpp"

/// What a manifest says of what its app stands on: the members `view` and `base`. Normative text:
/// repo-format/repo/manifest.md.
namespace qpkg {

struct Ground {
    BaseOrNone base;
    std::uint64_t level; ///< of the base's release, 0 without one
};

/// A view of its own root, and nothing else, stands on no base. Error corrupt; unsupported for a view that is not
/// known.
Ground parse_ground(canonical::Fields& fields);

void encode_ground(const Release& release, canonical::Object& manifest);

/// Error corrupt where an app with a root of its own has what is made with the base's, or joins two trees. `release`
/// has all its members.
void check_whole(const canonical::Fields& fields, const Release& release);

} // namespace qpkg
