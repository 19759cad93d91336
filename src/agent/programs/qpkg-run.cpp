// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a program of an app in that app's view. Called xdg-open, it opens a file or URL with the app that does so.
#include "agent/enter.hpp"
#include "agent/extensions.hpp"
#include "agent/opening.hpp"
#include "agent/own_caches.hpp"

#include "qpkg/core/error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace qpkg;

constexpr int cannot_run = 126; // as shells have it
constexpr int not_found = 127;

std::string environment(const char* name, const char* otherwise)
{
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') {
        return otherwise;
    }
    return value;
}

/// Dictionaries lie where no variable of all programs leads. What the user set counts.
void add_dictionaries(const agent::QubePaths& layout)
{
    auto list = environment("DICPATH", "");
    for (const auto& folder : agent::data_folders(layout, "share/hunspell")) {
        list = agent::with_last(list, folder);
    }
    if (!list.empty()) {
        ::setenv("DICPATH", list.c_str(), 1);
    }
}

/// The view's own programs first, the launchers of all apps after them. Data of extensions comes after the base's.
void set_search_paths(const agent::QubePaths& layout)
{
    const auto path = environment("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games");
    auto data = environment("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
    for (const auto& folder : agent::data_folders(layout)) {
        data = agent::with_last(data, folder);
    }
    ::setenv("PATH", agent::with_last(path, layout.bin().string()).c_str(), 1);
    ::setenv("XDG_DATA_DIRS", agent::with_last(data, layout.share().string()).c_str(), 1);
    add_dictionaries(layout);
}

/// Of this view, whichever the program that starts it is in.
void tell_caches_apart(const agent::QubePaths& layout, const AppId& app)
{
    const auto identity = agent::identity_of_view(layout, app);
    if (!identity) {
        return;
    }
    const auto data = agent::with_identity(environment("XDG_DATA_DIRS", ""), *identity);
    ::setenv("XDG_DATA_DIRS", agent::with_last(data, layout.share().string()).c_str(), 1);
    const auto registry = agent::own_registry([](const char* name) { return environment(name, ""); }, *identity);
    if (registry) {
        ::setenv("GST_REGISTRY_1_0", registry->c_str(), 1);
    }
}

/// `file`: which program it is, when its own name is not how it is found.
int become(std::vector<std::string> words, const std::string& file, const char* own_name = "qpkg-run")
{
    std::vector<char*> argv;
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    ::execvp(file.c_str(), argv.data());
    const int cause = errno;
    std::fprintf(stderr, "%s: run %s: %s\n", own_name, file.c_str(), std::strerror(cause));
    return cause == ENOENT || cause == ENOTDIR ? not_found : cannot_run;
}

int run(const std::vector<std::string>& words)
{
    const agent::QubePaths layout;
    const auto invocation = agent::parse_invocation(words);
    std::optional<std::string> program;
    if (invocation.command) {
        program = agent::program_of(layout, invocation.app, *invocation.command);
    }
    agent::enter_view(layout, invocation.app);
    set_search_paths(layout);
    tell_caches_apart(layout, invocation.app);
    auto argv = invocation.words;
    if (program) {
        argv.insert(argv.begin(), agent::called_as(*program, environment("PATH", "")));
    }
    return become(argv, program.value_or(argv.front()));
}

// The exit codes of xdg-open.
constexpr int wrong_words = 1;
constexpr int no_such_file = 2;
constexpr int no_application = 3;
constexpr int not_opened = 4;

int status_of(const Error& error)
{
    switch (error.code()) {
    case Code::usage:
        return wrong_words;
    case Code::not_found:
        return no_such_file;
    case Code::unsupported:
        return no_application;
    default:
        return not_opened;
    }
}

int open_words(const std::vector<std::string>& words)
{
    if (words.size() == 1 && (words[0] == "--help" || words[0] == "--version")) {
        std::puts("xdg-open of qpkg\nusage: xdg-open FILE|URL");
        return 0;
    }
    if (words.size() != 1 || words[0].starts_with('-')) {
        throw Error(Code::usage, "usage: xdg-open FILE|URL");
    }
    set_search_paths(agent::QubePaths());
    auto folders = agent::opening_folders([](const char* name) { return environment(name, ""); });
    folders.is_terminal = ::isatty(STDOUT_FILENO) == 1;
    const auto target = agent::parse_opened_target(words[0], agent::fs::current_path());
    const auto program = agent::program_to_open(folders, target);
    (void)become(program, program.front(), "xdg-open");
    return not_opened;
}

int open(const std::vector<std::string>& words)
{
    try {
        return open_words(words);
    } catch (const Error& error) {
        std::fprintf(stderr, "xdg-open: %s\n", error.what());
        return status_of(error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "xdg-open: %s\n", error.what());
        return not_opened;
    }
}

bool is_called_xdg_open(int count, char** arguments)
{
    const std::string_view name = count > 0 ? arguments[0] : "";
    return name.substr(name.rfind('/') + 1) == "xdg-open";
}

} // namespace

int main(int count, char** arguments)
{
    const std::vector<std::string> words{arguments + (count > 0 ? 1 : 0), arguments + count};
    if (is_called_xdg_open(count, arguments)) {
        return open(words);
    }
    try {
        return run(words);
    } catch (const Error& error) {
        std::fprintf(stderr, "qpkg-run: %s\n", error.what());
        if (error.code() == Code::usage) {
            return static_cast<int>(Code::usage);
        }
        return error.code() == Code::not_found ? not_found : cannot_run;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "qpkg-run: %s\n", error.what());
        return cannot_run;
    }
}
