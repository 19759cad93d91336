// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/commands.hpp"

#include "cli/role.hpp"

namespace qpkg::cli {
namespace {

constexpr MakeCommand* commands_of_all_roles[] = {
    search_command,      info_command,        list_command,          status_command,
    install_command,     remove_command,      upgrade_command,       download_command,
    check_command,       rollback_command,    hold_command,          unhold_command,
    export_command,      why_command,         exposure_command,      diff_command,
    history_command,     du_command,          verify_command,        gc_command,
    doctor_command,      restore_command,     run_command,           shell_command,
    repo_add_command,    repo_list_command,   repo_check_command,    repo_modify_command,
    repo_remove_command, import_command,      bundle_import_command, inventory_export_command,
    qube_create_command, qube_set_command,    qube_start_command,    qube_stop_command,
    qube_list_command,   qube_remove_command, rebase_command,        help_command,
    base_adopt_command,  base_list_command,   version_command,       completion_command,
};

std::vector<Option> global_options(Options& options)
{
    return {
        {"-h,--help", Wish::help, "Print this help message and exit"},
        {"--version", Wish::version, "Display program version information and exit"},
        {"-y,--yes", &options.yes, "go on without a question"},
        {"-n,--dry-run", &options.dry_run, "show the plan, change nothing"},
        {"--json", &options.json, "print exactly one JSON document, also on failure"},
        {"-q,--quiet", &options.quiet, "no plan, no progress, no warnings"},
        {"-v,--verbose", &options.verbose, "tell on standard error what is done"},
        {"--no-color", &options.no_color, "no colours and no progress bar (also NO_COLOR)"},
        {"--offline", &options.offline, "use only what is already here"},
        {"--unchanged-exit-77", &options.unchanged_exit_77, "exit 77 when there is nothing to change"},
        {"--progress-fd N", &options.progress_fd, "write progress as JSON lines to this descriptor"},
        {"--root DIR", &options.root, "the state directory (QPKG_ROOT)", {.environment = "QPKG_ROOT"}},
        {"--backend NAME",
         &options.backend,
         "what drives the qubes: local or qubes (QPKG_BACKEND)",
         {.environment = "QPKG_BACKEND"}},
        {"--config FILE", &options.config, "read this instead of /etc/qpkg/qpkg.toml"},
    };
}

} // namespace

Program make_program(Context& context)
{
    Program program{.options = global_options(context.options), .commands = {}};
    for (auto* make : commands_of_all_roles) {
        program.commands.push_back(make(context));
    }
    for (auto& command : commands_of_role(context)) {
        program.commands.push_back(std::move(command));
    }
    return program;
}

} // namespace qpkg::cli
