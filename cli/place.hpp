// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cli/command.hpp"

#include "qpkg/core/error.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qpkg::cli {

/// Where the words before the last one lead.
struct Place {
    std::string name;             ///< of the command, or the words that commands begin with
    std::optional<Rules> waiting; ///< an option still wants its word, by these
    bool beyond = false;          ///< behind "--": another program's words
};

/// The options of the command, then those of every command.
std::vector<Option> options_at(const Program& program, const Place& place);

/// "-n", "--dry-run"; none of an argument.
std::vector<std::string> option_names(const Option& option);

Place place_behind(const Program& program, std::span<const std::string> words);

/// Error usage for a word in the place of a command that is none, so that no command behind it runs; and for a program
/// that stands before the two dashes, with the command line as it should be. `behind`: the words after the dashes.
void refuse_misplaced_words(const Program& program, std::span<const std::string> words,
                            std::span<const std::string> behind);

/// For a word that is no command: near ones, or where they are listed.
Error unknown_command(const Program& program, const std::string& before, const std::string& word);

} // namespace qpkg::cli
