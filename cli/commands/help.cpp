// SPDX-License-Identifier: LGPL-2.1-or-later
// What qpkg says of itself: help, version, and what shells read to complete its words.
#include "cli/help.hpp"

#include "cli/commands.hpp"
#include "cli/page.hpp"
#include "cli/place.hpp"

#include <unistd.h>

#include <iostream>

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

/// A text as it is for people, and in a field for scripts.
void show_text(Context& context, const std::string& key, const std::string& words, const std::string& shown)
{
    if (context.options.json) {
        context.show(Document(context.command).field(key, words));
        return;
    }
    context.print(shown);
}

} // namespace

Command help_command(Context& context)
{
    auto words = std::make_shared<std::vector<std::string>>();
    return {"help",
            Section::help,
            {{"COMMAND", words.get(), "the command: install, repo add", known(Names::commands)}},
            Reads{[&context, words] {
                const auto program = make_program(context);
                const auto name = named_command(program, *words);
                show_text(context, "text", plain_help(program, name),
                          shown_help(program, name, page_of(STDOUT_FILENO)));
            }}};
}

Command version_command(Context& context)
{
    return {"version", Section::help, {}, Reads{[&context] {
                Document out("version");
                context.show(out.field("version", std::string(QPKG_VERSION)).line("qpkg " QPKG_VERSION));
            }}};
}

Command completion_command(Context& context)
{
    auto shell = std::make_shared<std::string>();
    return {"completion",
            Section::help,
            {{"SHELL", shell.get(), "the shell", {.required = true, .one_of = {"bash", "fish", "zsh"}}}},
            Reads{[&context, shell] {
                const std::string script(help_text("qpkg." + *shell));
                show_text(context, "script", script, script);
            }}};
}

} // namespace qpkg::cli
