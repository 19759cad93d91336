// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/document.hpp"

namespace qpkg::cli {

/// The vulnerabilities that newer releases of an upgrade mend, bases first; of any other change nothing.
void describe_mended(Document& out, const app::PreparedChange& change);

} // namespace qpkg::cli
