// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/place_session.hpp"

#include "agent/place_volumes.hpp"
#include "agent/processes.hpp"
#include "agent/session_bus.hpp"
#include "core/unix_sockets.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace qpkg::agent {
namespace {

using session::Kind;

Fd watch_children()
{
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) {
        throw system_error("watch for the program's end", errno);
    }
    return fd;
}

/// Two programs that come first at the same time make one home.
program::Program prepared(const QubePaths& layout, const std::string& qube, session::Order order)
{
    const Fd home(::open(layout.run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!home || ::flock(home.get(), LOCK_EX) != 0) {
        throw system_error("lock " + layout.run.string(), errno);
    }
    auto program = program::prepare_program(qube, order.who == session::Who::root ? "root" : "user",
                                            std::move(order.argv), order.environment);
    if (order.who == session::Who::user) {
        if (const auto address = bus_address(layout, program.user)) {
            program.environment.insert_or_assign("DBUS_SESSION_BUS_ADDRESS", *address);
        }
        remember_surroundings(layout, program.environment);
    }
    return program;
}

} // namespace

PlaceSession::PlaceSession(const QubePaths& layout, std::string qube, Fd socket)
    : layout_(layout), qube_(std::move(qube)), socket_(std::move(socket)), children_(watch_children())
{
}

void PlaceSession::run()
{
    while (!over_) {
        std::array<pollfd, 2> polled{{{socket_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}}};
        if (::poll(polled.data(), polled.size(), -1) < 0) {
            continue;
        }
        if (polled[1].revents != 0) {
            look_after_program();
        }
        if (!over_ && polled[0].revents != 0) {
            listen();
        }
    }
    program_.reset();
}

void PlaceSession::listen()
{
    auto received = unix_sockets::receive(socket_);
    if (received.bytes.empty()) {
        over_ = true;
        return;
    }
    for (auto& file : received.fds) {
        files_.push_back(std::move(file));
    }
    reader_.add(received.bytes);
    while (const auto frame = reader_.next()) {
        obey_or_say_why(*frame);
    }
}

void PlaceSession::obey_or_say_why(const session::Frame& frame)
{
    try {
        obey(frame);
    } catch (const Error& error) {
        answer(Kind::errors, error.what());
        end(static_cast<int>(error.code()));
    } catch (const std::exception& error) {
        answer(Kind::errors, error.what());
        end(static_cast<int>(Code::failed));
    }
}

void PlaceSession::obey(const session::Frame& frame)
{
    switch (frame.kind) {
    case Kind::hello:
        answer(Kind::hello, frame.payload);
        return;
    case Kind::words:
        if (words_.size() <= session::largest_order) {
            words_ += frame.payload;
        }
        return;
    case Kind::streams:
        prepare(frame);
        return;
    case Kind::run:
        if (program_) {
            program_->start();
        }
        return;
    case Kind::signal:
        if (const auto signal = session::parse_signal(frame.payload); signal && program_) {
            program_->send(*signal);
        }
        return;
    case Kind::mount:
        put(frame);
        return;
    case Kind::volumes:
        change_volumes();
        return;
    case Kind::keep:
        ::kill(first_process, SIGUSR1);
        end(0);
        return;
    case Kind::quit:
        ::kill(first_process, SIGTERM);
        over_ = true;
        return;
    default:
        return; // of other conversations, or ours
    }
}

void PlaceSession::prepare(const session::Frame& frame)
{
    const auto streams = session::parse_streams(frame.payload);
    if (!streams || program_) {
        throw Error(Code::corrupt, "the order of a program: its streams make no sense");
    }
    program_.emplace(prepared(layout_, qube_, session::parse_order(std::exchange(words_, {}))), *streams, take_files());
    if (const auto terminal = program_->take_terminal()) {
        const int number = terminal.get();
        answer(Kind::terminal, "", std::span(&number, 1));
    }
}

void PlaceSession::put(const session::Frame& frame)
{
    const auto mounts = take_files();
    if (mounts.size() != 1 || !frame.payload.starts_with('/')) {
        throw Error(Code::corrupt, "one mount has one place");
    }
    show_at(frame.payload, mounts.front());
}

void PlaceSession::change_volumes()
{
    const auto list = session::parse_volumes(std::exchange(words_, {}));
    const auto report = show_volumes(layout_, list, take_files());
    for (const auto& line : report.problems) {
        answer(Kind::errors, line + '\n');
    }
    for (const auto& line : report.notes) {
        answer(Kind::output, line + '\n');
    }
    const auto status = report.problems.empty() ? 0 : static_cast<int>(Code::partly);
    answer(Kind::ended, std::to_string(status)); // who began the place goes on with a program
}

void PlaceSession::look_after_program()
{
    std::array<signalfd_siginfo, 8> signals{};
    (void)!::read(children_.get(), signals.data(), sizeof signals);
    if (!program_) {
        return;
    }
    const auto news = program_->news();
    if (const auto* stopped = std::get_if<PlaceProgram::Stopped>(&news)) {
        answer(Kind::stopped, std::to_string(stopped->signal));
    } else if (const auto* ended = std::get_if<PlaceProgram::Ended>(&news)) {
        end(ended->status);
    }
}

bool PlaceSession::answer(Kind kind, std::string_view payload, std::span<const int> fds)
{
    return unix_sockets::send(socket_, session::encode(kind, payload), fds);
}

void PlaceSession::end(int status)
{
    answer(Kind::ended, std::to_string(status));
    over_ = true;
}

std::vector<Fd> PlaceSession::take_files() { return std::exchange(files_, {}); }

} // namespace qpkg::agent
