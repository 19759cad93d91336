// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/import/bundle_import.hpp"
#include "cli/context.hpp"

#include <CLI/CLI.hpp>

namespace qpkg::cli {

/// `qpkg import` and `qpkg bundle import` are one command under two names.
void add_import_options(CLI::App& command, app::ImportBundleRequest& request);

/// Imports under the lock and tells the result.
void import_bundle(Context& context, const app::ImportBundleRequest& request);

} // namespace qpkg::cli
