// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/commands.hpp"

namespace qpkg::cli {

void add_base(CLI::App& app, Context& context);
void add_build(CLI::App& app, Context& context);
void add_key(CLI::App& app, Context& context);
void add_mirror(CLI::App& app, Context& context);
void add_publish(CLI::App& app, Context& context);
void add_rebuild(CLI::App& app, Context& context);
void add_root(CLI::App& app, Context& context);
void add_sign(CLI::App& app, Context& context);
void add_vault(CLI::App& app, Context& context);

/// Of `bundle`: what makes and reads bundles, but for `import`.
void add_bundle_making(CLI::App& group, Context& context);
/// Of `repo`.
void add_repo_stock_config(CLI::App& group, Context& context);

} // namespace qpkg::cli
