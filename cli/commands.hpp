// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/context.hpp"

#include <CLI/CLI.hpp>

namespace qpkg::cli {

// One function per file of cli/commands/: declares the flags, and a callback that turns them into a request, calls the
// use case and shows its report. The texts beside them (<name>.md) are both --help and the man page.
void add_bundle(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_doctor(CLI::App& app, Context& context);
void add_du(CLI::App& app, Context& context);
void add_gc(CLI::App& app, Context& context);
void add_history(CLI::App& app, Context& context);
void add_hold(CLI::App& app, Context& context);
void add_import(CLI::App& app, Context& context);
void add_info(CLI::App& app, Context& context);
void add_install(CLI::App& app, Context& context);
void add_inventory(CLI::App& app, Context& context);
void add_list(CLI::App& app, Context& context);
void add_qube(CLI::App& app, Context& context);
void add_remove(CLI::App& app, Context& context);
void add_repo(CLI::App& app, Context& context);
void add_restore(CLI::App& app, Context& context);
void add_rollback(CLI::App& app, Context& context);
void add_run(CLI::App& app, Context& context);
void add_search(CLI::App& app, Context& context);
void add_shell(CLI::App& app, Context& context);
void add_status(CLI::App& app, Context& context);
void add_upgrade(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_why(CLI::App& app, Context& context);

/// A subcommand whose callback runs `action`; `name` ("install", "repo-add") names the JSON schema.
CLI::App* add_command(CLI::App& parent, Context& context, const std::string& word, const std::string& name,
                      std::function<void()> action);

} // namespace qpkg::cli
