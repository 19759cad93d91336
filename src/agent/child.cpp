// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/child.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace qpkg::agent {
namespace {

std::string read_to_end(const Fd& fd, std::size_t cap)
{
    std::string kept;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return kept;
        }
        kept.append(buffer.data(), std::min(static_cast<std::size_t>(got), cap - kept.size()));
    }
}

int wait_for(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

std::optional<ChildOutput> run_child(std::vector<std::string> argv, std::size_t cap)
{
    std::vector<char*> words;
    for (auto& word : argv) {
        words.push_back(word.data());
    }
    words.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw system_error("make a pipe", errno);
    }
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, writing.get(), STDOUT_FILENO);
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, words[0], &actions, nullptr, words.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    writing = Fd();
    if (failed != 0) {
        return std::nullopt;
    }
    auto out = read_to_end(reading, cap);
    return ChildOutput{wait_for(child), std::move(out)};
}

} // namespace qpkg::agent
