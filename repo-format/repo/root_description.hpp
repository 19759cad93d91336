// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why it names the root. dom0 asks one root and gets one answer, but answers are also kept and carried. One that was
// given for another root is a mistake that nobody would notice by its rows.
#pragma once

#include "qpkg/model/details.hpp"
#include "qpkg/model/id.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What a root that qpkg did not make says of itself. Normative text: repo-format/repo/root-description.md.
namespace qpkg {

struct RootDescription {
    QubeName root;       ///< that it speaks of, as it knows its own name
    std::string details; ///< as `encode_details` writes them

    friend bool operator==(const RootDescription&, const RootDescription&) = default;
};

/// Errors: corrupt (malformed), no_space (its details are over 16 MiB), unsupported (of a newer qpkg). The details are
/// not parsed.
RootDescription parse_root_description(std::string_view bytes);
std::string encode(const RootDescription& description);

} // namespace qpkg
