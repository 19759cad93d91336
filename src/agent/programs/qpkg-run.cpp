// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a program of an app in that app's view.
#include "agent/enter.hpp"

#include "qpkg/core/error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

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

/// The view's own programs first, the launchers of all apps after them.
void set_search_paths(const agent::QubePaths& layout)
{
    const auto path = environment("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games");
    const auto data = environment("XDG_DATA_DIRS", "/usr/local/share:/usr/share");
    ::setenv("PATH", agent::with_last(path, layout.bin().string()).c_str(), 1);
    ::setenv("XDG_DATA_DIRS", agent::with_last(data, layout.share().string()).c_str(), 1);
}

int become(std::vector<std::string> words)
{
    std::vector<char*> argv;
    for (auto& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    const int cause = errno;
    std::fprintf(stderr, "qpkg-run: run %s: %s\n", argv[0], std::strerror(cause));
    return cause == ENOENT || cause == ENOTDIR ? not_found : cannot_run;
}

int run(const std::vector<std::string>& words)
{
    const agent::QubePaths layout;
    const auto invocation = agent::parse_invocation(words);
    std::vector<std::string> program;
    if (invocation.command) {
        program.push_back(agent::program_of(layout, invocation.app, *invocation.command));
    }
    program.insert(program.end(), invocation.words.begin(), invocation.words.end());
    agent::enter_view(layout, invocation.app);
    set_search_paths(layout);
    return become(std::move(program));
}

} // namespace

int main(int count, char** arguments)
{
    try {
        return run({arguments + (count > 0 ? 1 : 0), arguments + count});
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
