// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"

namespace qpkg::cli {

/// What a file of cli/commands/ declares: a command's options, and an action that turns them into a request, calls the
/// use case and shows its report. The texts beside them (<name>.md) are both --help and the man page.
using MakeCommand = Command(Context& context);

MakeCommand search_command, info_command, list_command, status_command, install_command, remove_command,
    upgrade_command, rollback_command, hold_command, unhold_command, export_command, download_command, check_command;
MakeCommand why_command, exposure_command, diff_command, history_command, du_command, verify_command;
MakeCommand gc_command, doctor_command, restore_command;
MakeCommand run_command, shell_command;
MakeCommand repo_add_command, repo_list_command, repo_check_command, repo_modify_command, repo_remove_command;
MakeCommand import_command, bundle_import_command, inventory_export_command;
MakeCommand qube_create_command, qube_set_command, qube_start_command, qube_stop_command, qube_list_command,
    qube_remove_command, rebase_command;
MakeCommand base_adopt_command, base_list_command;

MakeCommand help_command, version_command, completion_command;

/// Everything that this program can do, and the options of every command, which fill `context`.
Program make_program(Context& context);

} // namespace qpkg::cli
