// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/names_wished.hpp"
#include "cli/document.hpp"

#include <CLI/CLI.hpp>

#include <vector>

namespace qpkg::cli {

enum class Telling {
    as_a_change, ///< what a plan does
    as_it_is,
};

/// A row for each name of which there is something to say. No row, no table.
void describe_names(Document& out, const std::vector<plan::NameEffect>& names, Telling telling);

/// `--prefer` and `--alias`.
void add_name_options(CLI::App& command, app::NameRequest& request);

} // namespace qpkg::cli
