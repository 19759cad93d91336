// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/interrupt.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

namespace qpkg::cli {
namespace {

std::string read_line()
{
    std::string line;
    char c = 0;
    for (;;) {
        const auto got = ::read(0, &c, 1);
        if (got < 0 && errno == EINTR) {
            std::cerr << '\n';
            interrupt::throw_if_requested();
            continue;
        }
        if (got <= 0 || c == '\n') {
            return line;
        }
        line += c;
    }
}

class WithoutEcho {
public:
    WithoutEcho()
    {
        ::tcgetattr(0, &before_);
        auto quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(0, TCSAFLUSH, &quiet);
    }
    WithoutEcho(const WithoutEcho&) = delete;
    WithoutEcho& operator=(const WithoutEcho&) = delete;
    ~WithoutEcho()
    {
        ::tcsetattr(0, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }

private:
    termios before_{};
};

} // namespace

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool print_out(std::string_view bytes)
{
    errno = 0;
    if (std::cout << bytes << std::flush) {
        return true;
    }
    const auto error = errno;
    std::cout.clear(); // the next write tells for itself
    if (error == EPIPE) {
        return false;
    }
    throw Error(Code::failed, std::string("write to standard output: ") + std::strerror(error));
}

bool ask(std::string_view question)
{
    if (!is_terminal(0)) {
        throw Error(Code::usage, "cannot ask: standard input is not a terminal",
                    "say --yes to go on without a question");
    }
    std::cerr << question << " [y/N] " << std::flush;
    const auto answer = read_line();
    return answer == "y" || answer == "Y" || answer == "yes";
}

std::string ask_passphrase(std::string_view what)
{
    if (!is_terminal(0)) {
        throw Error(Code::usage, "cannot ask for a passphrase: standard input is not a terminal",
                    "say --passphrase-file FILE or, for new keys, --no-passphrase");
    }
    std::cerr << what << ": " << std::flush;
    const WithoutEcho quiet;
    return read_line();
}

std::string ask_new_passphrase(std::string_view what)
{
    auto first = ask_passphrase(what);
    if (first.empty()) {
        throw Error(Code::usage, "an empty passphrase protects nothing",
                    "say --no-passphrase to store keys unencrypted");
    }
    if (first != ask_passphrase("Once more")) {
        throw Error(Code::usage, "the two passphrases differ");
    }
    return first;
}

} // namespace qpkg::cli
