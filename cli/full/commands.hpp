// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/commands.hpp"

namespace qpkg::cli {

MakeCommand base_build_command, base_check_command, base_import_command;
MakeCommand build_command, rebuild_command, publish_command, sign_command;
MakeCommand key_new_command, key_show_command, key_rotate_command;
MakeCommand root_init_command, root_add_sig_command, root_rotate_command;
MakeCommand vault_serve_command, vault_log_command;
MakeCommand mirror_sync_command, mirror_verify_command;
MakeCommand bundle_create_command, bundle_send_command, bundle_inspect_command;
MakeCommand repo_stock_config_command, owns_command;
MakeCommand setup_command, outdated_command, ci_command, promote_command, accept_command;

} // namespace qpkg::cli
