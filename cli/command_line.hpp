// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

namespace qpkg::cli {

struct Asked {
    Wish wish;
    std::string name; ///< of the command, or the words that commands begin with; empty: the program itself
};

/// Fills the fields that `words` speak of. `found` is told of the command as soon as it is recognised, also when what
/// follows is wrong. Error usage.
Asked read_command_line(const Program& program, std::vector<std::string> words,
                        const std::function<void(const Command&)>& found);

} // namespace qpkg::cli
