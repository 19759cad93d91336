// SPDX-License-Identifier: LGPL-2.1-or-later
// What qpkg says of itself: help, version, and what shells read to complete its words.
#include "cli/help.hpp"

#include "cli/commands.hpp"
#include "cli/place.hpp"

namespace qpkg::cli {
namespace {

/// By its own name, whatever it was called: "repo rm" is "repo remove".
std::string named_command(const Program& program, const std::vector<std::string>& words)
{
    refuse_misplaced_words(program, words, {});
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::span before(words.data(), i);
        const auto name = place_behind(program, before).name;
        if (place_behind(program, std::span(words.data(), i + 1)).name == name) {
            throw unknown_command(program, name, words[i]);
        }
    }
    return place_behind(program, words).name;
}

/// The document of a text: as it is for people, in a field for scripts.
Document of_text(std::string command, const std::string& key, std::string words)
{
    words.erase(words.find_last_not_of('\n') + 1);
    Document out(std::move(command));
    return out.field(key, words).line(std::move(words));
}

} // namespace

Command help_command(Context& context)
{
    auto words = std::make_shared<std::vector<std::string>>();
    return {"help",
            Section::help,
            {{"COMMAND", words.get(), "the command: install, repo add", known(Names::commands)}},
            [&context, words] {
                const auto program = make_program(context);
                context.show(of_text("help", "text", plain_help(program, named_command(program, *words))));
            }};
}

Command version_command(Context& context)
{
    return {"version", Section::help, {}, [&context] {
                Document out("version");
                context.show(out.field("version", std::string(QPKG_VERSION)).line("qpkg " QPKG_VERSION));
            }};
}

Command completion_command(Context& context)
{
    auto shell = std::make_shared<std::string>();
    return {
        "completion",
        Section::help,
        {{"SHELL", shell.get(), "the shell", {.required = true, .one_of = {"bash", "fish", "zsh"}}}},
        [&context, shell] { context.show(of_text("completion", "script", std::string(help_text("qpkg." + *shell)))); }};
}

} // namespace qpkg::cli
