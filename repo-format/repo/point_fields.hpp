// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/release.hpp"

/// What a manifest says of points: the members `kind`, `extends` and `points`. Normative text:
/// repo-format/repo/manifest.md.
namespace qpkg {

inline constexpr std::size_t most_points = 16;        ///< of an app
inline constexpr std::size_t most_point_folders = 16; ///< of a point

/// Error corrupt; unsupported for a kind that is not known. `release` has its other members.
void parse_point_fields(canonical::Fields& fields, Release& release);

void encode_point_fields(const Release& release, canonical::Object& manifest);

} // namespace qpkg
