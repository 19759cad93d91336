// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/document.hpp"
#include "cli/help.hpp"
#include "cli/role.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/printable.hpp"
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

using AddCommand = void (*)(CLI::App&, Context&);

const std::vector<AddCommand> commands = {
    add_search, add_info, add_list, add_status,  add_install, add_remove,  add_upgrade, add_rollback,
    add_hold,   add_why,  add_diff, add_history, add_du,      add_verify,  add_gc,      add_run,
    add_shell,  add_repo, add_qube, add_import,  add_doctor,  add_restore, add_bundle,  add_inventory,
};

} // namespace

/// A closed standard stream would become the next file that is opened, and what is printed would be written there.
void open_standard_streams()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) {
            std::_Exit(static_cast<int>(Code::failed));
        }
    }
}

namespace {

/// The name of a command's help text: "qpkg", "install", "repo".
std::string help_name(const CLI::App& command)
{
    const auto* app = &command;
    while (app->get_parent() != nullptr && app->get_parent()->get_parent() != nullptr) {
        app = app->get_parent();
    }
    return app->get_name();
}

class Help final : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* command, std::string, CLI::AppFormatMode) const override
    {
        return plain_help(*command, help_name(*command));
    }
};

void add_global_options(CLI::App& app, Options& options)
{
    app.add_flag("-y,--yes", options.yes, "go on without a question");
    app.add_flag("-n,--dry-run", options.dry_run, "show the plan, change nothing");
    app.add_flag("--json", options.json, "print exactly one JSON document, also on failure");
    app.add_flag("-q,--quiet", options.quiet, "no plan, no progress, no warnings");
    app.add_flag("-v,--verbose", options.verbose, "tell on standard error what is done");
    app.add_flag("!--no-color", options.color, "no colours and no progress bar (also NO_COLOR)");
    app.add_flag("--offline", options.offline, "use only what is already here");
    app.add_flag("--unchanged-exit-77", options.unchanged_exit_77, "exit 77 when there is nothing to change");
    app.add_option("--progress-fd", options.progress_fd, "write progress as JSON lines to this descriptor")
        ->type_name("N");
    app.add_option("--root", options.root, "the state directory (QPKG_ROOT)")->envname("QPKG_ROOT")->type_name("DIR");
    app.add_option("--backend", options.backend, "what drives the qubes: local or qubes (QPKG_BACKEND)")
        ->envname("QPKG_BACKEND")
        ->type_name("NAME");
    app.add_option("--config", "read this instead of /etc/qpkg/qpkg.toml")->type_name("FILE");
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
    std::cerr << "Failed: " << text::printable(message) << '\n';
    if (!hint.empty()) {
        std::cerr << "hint: " << text::printable(hint) << '\n';
    }
}

/// The deepest command that was recognised.
const CLI::App& selected(const CLI::App& app)
{
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : selected(*parsed.front());
}

/// A mistyped command deserves a better answer than "a subcommand is required".
Error usage_error(const CLI::App& app, const CLI::ParseError& error)
{
    const auto& level = selected(app);
    const auto see = "see `" + (&level == &app ? "" : app.get_name() + ' ') + level.get_name() + " --help`";
    std::vector<std::string> names;
    for (const auto* sub : level.get_subcommands([](const CLI::App*) { return true; })) {
        if (!sub->get_group().empty()) {
            names.push_back(sub->get_name());
        }
    }
    const auto extra = app.remaining(true);
    if (names.empty() || extra.empty() || extra.front().starts_with('-')) {
        return {Code::usage, error.what(), see};
    }
    return {Code::usage, "unknown command \"" + text::escaped(extra.front()) + '"',
            text::hint_for(extra.front(), names, see)};
}

int report_usage(const Context& context, const CLI::App& app, const CLI::ParseError& error)
{
    if (error.get_exit_code() == 0) {
        return app.exit(error, std::cout, std::cerr); // --help, --version
    }
    const auto usage = usage_error(app, error);
    print_failure(context, usage.code(), usage.what(), usage.hint());
    return static_cast<int>(usage.code());
}

/// Everything the command line knows. `page` is what the hidden __man was asked for.
void describe(CLI::App& app, Context& context, std::string& page)
{
    app.formatter(std::make_shared<Help>());
    app.set_version_flag("--version", "qpkg " QPKG_VERSION);
    app.fallthrough();
    app.require_subcommand(1);
    add_global_options(app, context.options);
    for (const auto add : commands) {
        add(app, context);
    }
    add_commands_of_role(app, context);
    auto* man = app.add_subcommand("__man")->group("");
    man->add_option("command", page);
    man->callback([&] {
        const auto* command = page.empty() ? &app : app.get_subcommand(page);
        std::cout << man_page(*command, page.empty() ? "qpkg" : page);
    });
    app.parse_complete_callback([&] {
        log::set_level(context.options.verbose ? log::Level::verbose
                       : context.options.quiet ? log::Level::quiet
                                               : log::Level::normal);
    });
}

void complete(std::span<const std::string> words)
{
    Context context{load_options({})};
    log::set_level(log::Level::quiet);
    if (const char* root = std::getenv("QPKG_ROOT"); root != nullptr) { // nothing is parsed that would set it
        context.options.root = root;
    }
    CLI::App app("qpkg", "qpkg");
    std::string page;
    describe(app, context, page);
    const auto names = [&](std::string_view kind) {
        const bool has_state = std::filesystem::exists(context.options.root / "state.db"); // looking makes none
        return has_state ? known_names(context.world(), kind) : std::vector<std::string>();
    };
    for (const auto& line : completions(app, words, names)) {
        std::cout << line << '\n';
    }
}

int parse_and_run(Context& context, std::vector<std::string> words)
{
    const bool json = context.options.json;
    context.options = load_options(config_argument(words));
    context.options.json = json;
    if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0') {
        context.options.color = false;
    }
    CLI::App app("qpkg", "qpkg");
    std::string page;
    describe(app, context, page);
    try {
        std::reverse(words.begin(), words.end());
        app.parse(std::move(words));
        return context.exit_code;
    } catch (const CLI::ParseError& error) {
        return report_usage(context, app, error);
    }
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
