// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/document.hpp"

namespace qpkg::cli {

/// What qubes start from: what moves, which apps keep what they have, and what stays.
void describe_bases(Document& out, const app::PreparedChange& change);

} // namespace qpkg::cli
