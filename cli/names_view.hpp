// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/names_wished.hpp"
#include "cli/document.hpp"

#include <vector>

namespace qpkg::cli {

enum class Telling {
    as_a_change, ///< what a plan does
    as_it_is,
};

/// For people by its short name.
Value app_value(const AppId& app);

/// A row for each name of which there is something to say. No row, no table.
void describe_names(Document& out, const std::vector<plan::NameEffect>& names, Telling telling);

} // namespace qpkg::cli
