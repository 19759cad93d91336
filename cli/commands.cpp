// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/commands.hpp"

namespace qpkg::cli {

CLI::App* add_command(CLI::App& parent, Context& context, const std::string& word, const std::string& name,
                      std::function<void()> action)
{
    auto* command = parent.add_subcommand(word);
    command->fallthrough();
    // Known before parsing goes on, so that a usage error already carries the right schema name.
    command->preparse_callback([&context, name](std::size_t) { context.command = name; });
    command->callback([action = std::move(action)] { action(); });
    return command;
}

} // namespace qpkg::cli
