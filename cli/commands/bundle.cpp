// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/bundle_import_view.hpp"
#include "cli/commands.hpp"

namespace qpkg::cli {

void add_bundle(CLI::App& app, Context& context)
{
    auto* group = app.add_subcommand("bundle");
    group->require_subcommand(1);
    group->fallthrough();
    auto request = std::make_shared<app::ImportBundleRequest>();
    auto* command = add_command(*group, context, "import", "bundle-import",
                                [&context, request] { import_bundle(context, *request); });
    add_import_options(*command, *request);
}

} // namespace qpkg::cli
