// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/subprocess.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/fd.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/pipe.hpp"
#include "qpkg/core/text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace qpkg {
namespace {

constexpr std::size_t output_limit = 16 * 1024 * 1024;
constexpr std::size_t errors_limit = 64 * 1024;
constexpr int exec_failed = 127;
constexpr std::chrono::milliseconds between_looks{200};
constexpr int patience_with_killed = 5000; // ms until all of a killed group have let go of its streams

/// Splits a stream into lines for the caller's `on_line`.
class Lines {
public:
    explicit Lines(const std::function<void(std::string_view)>& sink) : sink_(sink) {}

    void add(std::string_view bytes)
    {
        if (!sink_) {
            return;
        }
        for (const char c : bytes) {
            if (c == '\n' || c == '\r') {
                flush();
            } else if (line_.size() < 4096) {
                line_ += c;
            }
        }
    }
    void flush()
    {
        if (!line_.empty()) {
            sink_(line_);
            line_.clear();
        }
    }

private:
    const std::function<void(std::string_view)>& sink_;
    std::string line_;
};

[[noreturn]] void become(const Command& command, int in, int out, int err, int report, pid_t parent)
{
    try {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) {
            ::_exit(exec_failed); // the parent died before the line above
        }
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
            std::signal(signal, SIG_DFL);
        }
        if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) {
            throw system_error("redirect", errno);
        }
        if (command.clean_environment) {
            ::clearenv();
        }
        for (const auto& [name, value] : command.environment) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        if (command.in_child) {
            command.in_child();
        }
        if (!command.directory.empty() && ::chdir(command.directory.c_str()) != 0) {
            throw system_error("enter " + command.directory.string(), errno);
        }
        std::vector<char*> argv;
        for (const auto& word : command.argv) {
            argv.push_back(const_cast<char*>(word.c_str()));
        }
        argv.push_back(nullptr);
        ::execvp(argv[0], argv.data());
        throw Error(errno == ENOENT ? Code::unsupported : Code::failed,
                    "run " + command.argv[0] + ": " + std::strerror(errno));
    } catch (const Error& error) {
        const auto message = std::to_string(static_cast<int>(error.code())) + ' ' + error.what();
        (void)!::write(report, message.data(), message.size());
    } catch (...) {
        (void)!::write(report, "1 failed before exec", 20);
    }
    ::_exit(exec_failed);
}

int wait_for(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            throw system_error("wait for a command", errno);
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Of a group that was killed: back only when all of it is gone, for it holds the streams.
void await_killed(const Fd& out, const Fd& err)
{
    std::array<char, 4096> ignored{};
    for (const auto* stream : {&out, &err}) {
        pollfd polled{stream->get(), POLLIN, 0};
        while (::poll(&polled, 1, patience_with_killed) > 0 &&
               ::read(stream->get(), ignored.data(), ignored.size()) > 0) {
        }
    }
}

/// At once.
void kill_group(pid_t child, const Fd& out, const Fd& err)
{
    ::kill(-child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    await_killed(out, err);
}

/// Asks the group to end, then makes it.
void end_group(pid_t child, const Fd& out, const Fd& err)
{
    ::kill(-child, SIGTERM);
    for (int tenths = 0; tenths < 20 && ::waitpid(child, nullptr, WNOHANG) == 0; ++tenths) {
        ::usleep(100'000);
    }
    kill_group(child, out, err);
}

/// Calls the command's `watch` now and then.
class Looks {
public:
    explicit Looks(const Command& command) : command_(command) {}

    int milliseconds() const { return command_.watch ? static_cast<int>(between_looks.count()) : 500; }

    void look(pid_t child, const Fd& out, const Fd& err)
    {
        const auto now = std::chrono::steady_clock::now();
        if (!command_.watch || now < next_) {
            return;
        }
        try {
            command_.watch(child);
        } catch (...) {
            kill_group(child, out, err);
            throw;
        }
        const auto after = std::chrono::steady_clock::now();
        next_ = after + std::max<std::chrono::steady_clock::duration>(between_looks, 10 * (after - now));
    }

private:
    const Command& command_;
    std::chrono::steady_clock::time_point next_{};
};

/// What a program writes to one of its streams.
class Stream {
public:
    Stream(const Fd& fd, const Command& command) : fd_(fd), lines_(command.on_line) {}

    bool open() const { return open_; }
    pollfd polled() const { return {open_ ? fd_.get() : -1, POLLIN, 0}; }
    /// What came since, once poll has said that something did.
    std::string_view read()
    {
        const auto got = ::read(fd_.get(), buffer_.data(), buffer_.size());
        open_ = got > 0 || (got < 0 && errno == EINTR);
        const std::string_view bytes(buffer_.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        lines_.add(bytes);
        return bytes;
    }
    void flush() { lines_.flush(); }

private:
    const Fd& fd_;
    Lines lines_;
    std::string buffer_ = std::string(64 * 1024, '\0');
    bool open_ = true;
};

/// Sends what the program has not read yet; closes its input at the end, or when it reads no more.
void send_on(Fd& input, std::string_view& rest)
{
    const auto sent = ::write(input.get(), rest.data(), rest.size());
    if (sent > 0) {
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if ((sent < 0 && errno != EAGAIN && errno != EINTR) || rest.empty()) {
        input = Fd();
    }
}

/// Moves bytes between the child and us until it closes both streams.
void pump(const Command& command, Fd input, const Fd& out, const Fd& err, CommandResult& result, pid_t child)
{
    Stream output(out, command);
    Stream errors(err, command);
    std::string_view to_send = command.input;
    if (input) {
        ::fcntl(input.get(), F_SETFL, O_NONBLOCK);
    }
    Looks looks(command);
    while (output.open() || errors.open()) {
        if (interrupt::requested()) {
            end_group(child, out, err);
            throw Error(Code::interrupted, "interrupted");
        }
        looks.look(child, out, err);
        std::array<pollfd, 3> polled{output.polled(), errors.polled(), {input ? input.get() : -1, POLLOUT, 0}};
        if (::poll(polled.data(), polled.size(), looks.milliseconds()) < 0 && errno != EINTR) {
            throw system_error("poll", errno);
        }
        if (polled[2].revents != 0) {
            send_on(input, to_send);
        }
        if (polled[0].revents != 0) {
            const auto bytes = output.read();
            result.output.append(bytes.substr(0, output_limit - result.output.size()));
        }
        if (polled[1].revents != 0) {
            result.errors.append(errors.read());
            if (result.errors.size() > errors_limit) {
                result.errors.erase(0, result.errors.size() - errors_limit);
            }
        }
    }
    output.flush();
    errors.flush();
}

} // namespace

CommandResult run(const Command& command)
{
    Pipe in;
    Pipe out;
    Pipe err;
    Pipe report;
    if (command.input.empty()) {
        in.read = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        throw system_error("fork", errno);
    }
    if (child == 0) {
        // `in_child` may make processes that never exec: an end that they keep would never be the other's end of file.
        for (Fd* parents_end : {&in.write, &out.read, &err.read, &report.read}) {
            *parents_end = Fd();
        }
        become(command, in.read.get(), out.write.get(), err.write.get(), report.write.get(), parent);
    }
    ::setpgid(child, child);
    for (Fd* childs_end : {&in.read, &out.write, &err.write, &report.write}) {
        *childs_end = Fd();
    }
    if (command.input.empty()) {
        in.write = Fd();
    }

    CommandResult result;
    pump(command, std::move(in.write), out.read, err.read, result, child);
    result.status = wait_for(child);

    std::array<char, 1024> complaint{};
    const auto length = ::read(report.read.get(), complaint.data(), complaint.size());
    if (length > 2) {
        const std::string text(complaint.data(), static_cast<std::size_t>(length));
        throw Error(static_cast<Code>(std::atoi(text.c_str())), text.substr(text.find(' ') + 1));
    }
    return result;
}

CommandResult run_checked(const Command& command, std::string_view what)
{
    auto result = run(command);
    if (result.status == 0) {
        return result;
    }
    auto lines = text::split(result.errors.empty() ? result.output : result.errors, '\n');
    std::erase_if(lines, [](const std::string& line) { return line.empty(); });
    if (lines.size() > 4) {
        lines.erase(lines.begin(), lines.end() - 4);
    }
    throw Error(Code::failed, std::string(what) + ": " + text::escaped(command.argv[0]) + " exited with " +
                                  std::to_string(result.status) +
                                  (lines.empty() ? std::string() : ": " + text::escaped(text::join(lines, "; "), 600)));
}

} // namespace qpkg
