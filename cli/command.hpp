// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why commands are data. A command is a row: its name, its options and an action. The command line, --help, the man
// pages and what shells complete are read from these rows, so none of them can miss an option. A command file knows no
// parser: command_line.cpp alone reads CLI11, which costs seconds of compiling wherever it is read. Commands that
// register themselves in static initialisers were not taken: the linker would decide their order, and help would show
// it. A field is one of a few types; whoever adds one says in command_line.cpp how a word becomes it.
//
// A row also says whether its command writes. One that does has no action at all: it looks, and returns a proposal
// (proposal.hpp), so that --dry-run and the question before a change are decided in one place and no command can forget
// them. `qpkg __commands` prints this column; tests go over it.
#pragma once

#include "cli/proposal.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace qpkg::cli {

/// Where `qpkg --help` lists a command, in this order.
enum class Section { apps, insight, state, running, sources, publishing, qubes, help };

/// What of the things that are known here a shell offers for a word. Nothing: files, which the shell knows better.
enum class Names { none, apps, bases, commands, qubes, repositories };

/// What a command line asks for.
enum class Wish { run, help, version };

/// What an option fills: a bool is set by the option alone, the others by the words behind it.
using Field =
    std::variant<bool*, int*, std::int64_t*, std::uint64_t*, std::string*, std::filesystem::path*,
                 std::chrono::seconds*, std::optional<std::string>*, std::optional<std::filesystem::path>*,
                 std::optional<std::uint64_t>*, std::vector<std::string>*, std::vector<std::filesystem::path>*, Wish>;

struct Rules {
    bool required = false;
    bool one_word = false; ///< of a list: the option takes one word each time, and what follows is an argument again
    Names completes = Names::none;
    std::optional<std::pair<std::int64_t, std::int64_t>> range = {}; ///< the least and the greatest
    std::vector<std::string> one_of = {};
    char separator = '\0';             ///< of several values in one word
    std::string_view excludes = {};    ///< an earlier option of the command: "--prepare"
    std::string_view environment = {}; ///< the variable that speaks where the option is not given
};

inline Rules required(Names completes = Names::none) { return {.required = true, .completes = completes}; }
inline Rules known(Names completes) { return {.completes = completes}; }
inline Rules each_one_word(Names completes = Names::none) { return {.one_word = true, .completes = completes}; }
inline Rules between(std::int64_t least, std::int64_t most) { return {.range = {{least, most}}}; }

struct Option {
    std::string spec; ///< as help shows it: "QUBE" (an argument), "-n,--dry-run", "--into QUBE"
    Field field;
    std::string words;
    Rules rules = {};

    bool is_argument() const { return !spec.starts_with('-'); }
    /// "-n,--dry-run"
    std::string_view names() const { return std::string_view(spec).substr(0, spec.find(' ')); }
    /// What the word behind it stands for: "QUBE". Empty where there is none.
    std::string_view type() const
    {
        const auto blank = spec.find(' ');
        return blank == std::string::npos ? std::string_view() : std::string_view(spec).substr(blank + 1);
    }
    bool takes_word() const { return is_argument() || !type().empty(); }
};

/// It only looks: for every user, on any disk, also where there is no state yet.
struct Reads {
    std::function<void()> run;
};
/// It looks at repositories, too, and leaves one trace: what was verified and is newer than what was known.
struct Refreshes {
    std::function<void()> run;
};
/// It looks, and says what it would do.
struct Writes {
    std::function<Proposal()> propose;
};
using Action = std::variant<Reads, Refreshes, Writes>;

struct Command {
    std::string_view name; ///< as it is typed: "install", "repo add"
    Section section;
    std::vector<Option> options;
    Action action;
    std::string_view alias = {}; ///< for the last word of the name
    bool runs_program = false;   ///< whose words stand behind two dashes
};

struct Program {
    std::vector<Option> options; ///< those of every command
    std::vector<Command> commands;
};

/// Rows that several commands have, behind their own.
std::vector<Option> joined(std::vector<Option> own, std::vector<Option> shared);

/// "repo-add": what documents of the command are called.
std::string schema_name(const Command& command);

/// "reads", "refreshes" or "writes".
std::string_view effect_of(const Command& command);

/// Nothing when no command has this whole name.
const Command* find_command(const Program& program, std::string_view name);

/// The words that lead on from `name`, which is empty, a command or the first word of some: "repo" → "add", "list" …
/// None behind a command.
std::vector<std::string> words_behind(const Program& program, std::string_view name);

} // namespace qpkg::cli
