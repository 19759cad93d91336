// SPDX-License-Identifier: LGPL-2.1-or-later
// An interactive shell in a qube, on a terminal of its own.
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
constexpr int terminal_was_lost = 99;

/// A shell in the qube as a person at a terminal has it.
class Conversation {
public:
    explicit Conversation(LocalQubes& qubes)
    {
        std::fflush(nullptr);
        process_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
        if (process_ == 0) {
            int status = 200;
            try {
                status = qubes.runner().run(work, {{}, RunAs::user});
            } catch (const Error& error) {
                ::dprintf(STDERR_FILENO, "%s\n", error.what());
            }
            ::_exit(::tcgetpgrp(STDIN_FILENO) == ::getpgrp() ? status : terminal_was_lost);
        }
    }
    ~Conversation()
    {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        ::close(terminal_);
    }
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    void type(std::string_view text) { (void)!::write(terminal_, text.data(), text.size()); }

    /// Whether `words` come within a few seconds, after what was heard before.
    bool hears(std::string_view words)
    {
        for (;;) {
            const auto found = heard_.find(words);
            if (found != std::string::npos) {
                heard_.erase(0, found + words.size());
                return true;
            }
            pollfd polled{terminal_, POLLIN, 0};
            char buffer[4096];
            if (::poll(&polled, 1, 10'000) <= 0) {
                return false;
            }
            const auto got = ::read(terminal_, buffer, sizeof buffer);
            if (got <= 0) {
                return false;
            }
            heard_.append(buffer, static_cast<std::size_t>(got));
        }
    }

    int wait()
    {
        int status = 0;
        while (hears("\n")) {
        }
        ::kill(process_, SIGKILL); // when it has not ended by now, it will not
        ::waitpid(std::exchange(process_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

private:
    int terminal_ = -1;
    pid_t process_ = -1;
    std::string heard_;
};

} // namespace

TEST_CASE("a shell on a terminal has job control, Ctrl-C ends its job only, and the terminal comes back")
{
    LocalQubes qubes;
    qubes.create(work, {});
    Conversation shell(qubes);
    REQUIRE(shell.hears("$ "));

    shell.type("echo one-$((1+1))\n");
    CHECK(shell.hears("one-2"));
    shell.type("sleep 1000; echo status-$?\n");
    ::usleep(300'000);
    shell.type("\x03");
    shell.type("echo after-$((1+2))\n");
    CHECK(shell.hears("after-3"));
    shell.type("sleep 1000\n");
    ::usleep(300'000);
    shell.type("\x1a");
    CHECK(shell.hears("Stopped"));
    shell.type("kill -9 %1; echo killed-$((2+2))\n");
    CHECK(shell.hears("killed-4"));
    shell.type("exit 5\nexit 5\n"); // the first may speak of the stopped job
    CHECK(shell.wait() == 5);
    CHECK(traces_of(qubes) == "");
}
