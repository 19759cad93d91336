// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/document.hpp"
#include "cli/help.hpp"
#include "cli/page.hpp"
#include "cli/place.hpp"
#include "cli/terminal.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/redaction.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <span>

namespace qpkg::cli {
namespace {

/// A closed standard stream would become the next file that is opened, and what is printed would be written there.
void open_standard_streams()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) {
            std::_Exit(static_cast<int>(Code::failed));
        }
    }
}

/// The value of --config, needed before anything else is parsed because flags override it.
std::string config_argument(std::span<const std::string> words)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--config" && i + 1 < words.size()) {
            return words[i + 1];
        }
        if (words[i].starts_with("--config=")) {
            return words[i].substr(9);
        }
    }
    return {};
}

/// Whatever went wrong, with whatever words: no password of the command line is told again.
void print_failure(const Context& context, Code code, const std::string& what, const std::string& next)
{
    const auto message = redacted(what);
    const auto hint = redacted(next);
    if (context.options.json) {
        std::cout << render_json_failure(context.command, static_cast<int>(code), message, hint) << std::flush;
    }
    const auto page = page_of(STDERR_FILENO);
    std::cerr << wrapped_line("Failed: " + shown_on(page, message), page.columns) << '\n';
    if (!hint.empty()) {
        std::cerr << wrapped_advice("hint: " + shown_on(page, hint), page.columns) << '\n';
    }
}

void complete(std::span<const std::string> words)
{
    Context context{load_options({})};
    log::set_level(log::Level::quiet);
    if (const char* root = std::getenv("QPKG_ROOT"); root != nullptr) { // nothing is parsed that would set it
        context.options.root = root;
    }
    const auto names = [&](Names kind) {
        const bool has_state = std::filesystem::exists(context.options.root / "state.db"); // looking makes none
        return has_state ? known_names(context.world(), kind) : std::vector<std::string>();
    };
    for (const auto& line : completions(make_program(context), words, names)) {
        std::cout << line << '\n';
    }
}

int parse_and_run(Context& context, std::vector<std::string> words)
{
    const bool json = context.options.json;
    context.options = load_options(config_argument(words));
    context.options.json = json;
    const char* no_color = std::getenv("NO_COLOR");
    context.options.no_color = no_color != nullptr && *no_color != '\0';
    const auto program = make_program(context);
    if (!words.empty() && words.front() == "__man") {
        const auto name = words.size() > 1 ? words[1] : "";
        if (!name.empty() && help_text(name).empty()) {
            throw Error(Code::usage, "there is no command \"" + text::escaped(name) + '"');
        }
        std::cout << man_page(program, name);
        return 0;
    }
    if (!words.empty() && words.front() == "__commands") { // for tests that go over all of them
        for (const auto& each : program.commands) {
            std::cout << each.name << '\t' << effect_of(each) << '\n';
        }
        return 0;
    }
    refuse_misplaced_words(program, words, context.after_dashes);
    const Command* command = nullptr;
    const auto asked = read_command_line(program, std::move(words), [&](const Command& found) {
        command = &found;
        context.command = schema_name(found);
    });
    if (asked.wish == Wish::run) {
        log::set_level(context.options.verbose ? log::Level::verbose
                       : context.options.quiet ? log::Level::quiet
                                               : log::Level::normal);
        context.perform(command->action);
        return context.exit_code;
    }
    const auto page = page_of(STDOUT_FILENO);
    const bool is_read =
        print_out(asked.wish == Wish::help ? shown_help(program, asked.name, page) : "qpkg " QPKG_VERSION "\n");
    return is_read ? 0 : status_of_broken_pipe;
}

/// The command line as it is recorded, without what addresses in it keep secret.
std::string for_the_record(std::span<const std::string> words)
{
    std::string typed = "qpkg";
    for (auto word : words) {
        // One word is one address, however odd: its password must not end at a blank.
        if (word.find("://") != std::string::npos) {
            std::ranges::replace_if(
                word, [](char c) { return static_cast<unsigned char>(c) <= 0x20; }, '_');
        }
        typed += ' ' + redacted(word);
    }
    return typed;
}

int run(std::vector<std::string> words, const std::string& typed)
{
    Context context{Options{}};
    context.command = "qpkg";
    context.typed = typed;
    if (const auto dashes = std::find(words.begin(), words.end(), "--"); dashes != words.end()) {
        context.after_dashes.assign(dashes + 1, words.end());
        words.erase(dashes, words.end());
    }
    context.options.json = std::find(words.begin(), words.end(), "--json") != words.end();
    try {
        return parse_and_run(context, std::move(words));
    } catch (const Error& error) {
        print_failure(context, error.code(), error.what(), error.hint());
        return static_cast<int>(error.code());
    } catch (const std::filesystem::filesystem_error& error) {
        const auto failure = system_error(error.what(), error.code().value());
        print_failure(context, failure.code(), error.what(), failure.hint());
        return static_cast<int>(failure.code());
    } catch (const std::exception& error) {
        print_failure(context, Code::bug, std::string("this is a bug in qpkg: ") + error.what(),
                      "please report it with the command and `qpkg --version`");
        return static_cast<int>(Code::bug);
    }
}

} // namespace
} // namespace qpkg::cli

int main(int argc, char** argv)
{
    qpkg::cli::open_standard_streams();
    // What is made is for others to read: readers of the state, web servers, whoever carries a bundle. What is not says
    // so itself.
    ::umask(022);
    qpkg::interrupt::install_handlers();
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (!words.empty() && words.front() == "__complete") {
        try {
            qpkg::cli::complete(std::span(words).subspan(1));
        } catch (const std::exception&) {
            // A hint for a shell: whatever goes wrong, it is none.
        }
        return 0;
    }
    return qpkg::cli::run(words, qpkg::cli::for_the_record(words));
}
