// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/serve.hpp"

#include "agent/small_files.hpp"
#include "agent/started_program.hpp"
#include "repo-format/guest/place.hpp"

#include "qpkg/core/error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace qpkg::agent {
namespace {

using session::Kind;

constexpr std::size_t largest_name = 256;
constexpr std::size_t step = 16 * 1024; // bytes that are passed on at once
constexpr int most_steps = 64;          // of what a program left behind when it ended
constexpr std::size_t longest_hello = 64;
constexpr std::chrono::milliseconds between_tries{200}; // nothing tells of a host that comes back

class PortSession {
public:
    PortSession(const Fd& port, HostGone then) : port_(port), then_(then) {}

    void run()
    {
        while (then_ == HostGone::wait || !gone_) {
            pass_on();
        }
    }

private:
    /// Waits for something to do, and does it.
    void pass_on()
    {
        gone_ = false;
        std::array<pollfd, 5> polled{};
        // While the program takes nothing, the host waits, too.
        polled[0] = {port_.get(), static_cast<short>(pending_.empty() ? POLLIN : 0), 0};
        if (program_) {
            polled[1] = {pending_.empty() ? -1 : program_->input(), POLLOUT, 0};
            polled[2] = {program_->output(), POLLIN, 0};
            polled[3] = {program_->errors(), POLLIN, 0};
            polled[4] = {program_->process(), POLLIN, 0};
        }
        if (::poll(polled.data(), program_ ? polled.size() : 1, -1) < 0) {
            return;
        }
        if (program_ && polled[2].revents != 0) {
            send(Kind::output, program_->read_output(step));
        }
        if (program_ && polled[3].revents != 0) {
            send(Kind::errors, program_->read_errors(step));
        }
        if (program_ && polled[1].revents != 0) {
            feed();
        }
        if (program_ && polled[4].revents != 0) {
            finish();
        }
        if (polled[0].revents != 0) {
            listen(polled[0].revents);
        }
    }

    void listen(short events)
    {
        if ((events & POLLIN) != 0) {
            std::array<char, step> bytes{};
            const auto got = ::read(port_.get(), bytes.data(), bytes.size());
            if (got > 0) {
                reader_.add({bytes.data(), static_cast<std::size_t>(got)});
                while (const auto frame = reader_.next()) {
                    obey(*frame);
                }
                return;
            }
        }
        if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
            forget();
            reader_.clear();
            gone_ = true;
            if (then_ == HostGone::wait) {
                std::this_thread::sleep_for(between_tries);
            }
        }
    }

    void obey(const session::Frame& frame)
    {
        switch (frame.kind) {
        case Kind::hello:
            forget();
            write(session::encode_hello(frame.payload.substr(0, longest_hello)));
            return;
        case Kind::words:
            if (words_.size() <= session::largest_order) {
                words_ += frame.payload;
            }
            return;
        case Kind::run:
            start();
            return;
        case Kind::input:
            if (program_) {
                pending_ += frame.payload;
                ends_ = ends_ || frame.payload.empty();
                feed();
            }
            return;
        case Kind::size:
            if (const auto size = session::parse_size(frame.payload); size && program_) {
                program_->resize(*size);
            }
            return;
        case Kind::signal:
            if (const auto signal = session::parse_signal(frame.payload); signal && program_) {
                program_->send(*signal);
            }
            return;
        default:
            return; // ours, or of another conversation
        }
    }

    void start()
    {
        try {
            program_.emplace(session::parse_order(std::exchange(words_, {})));
        } catch (const Error& error) {
            program_.reset();
            send(Kind::errors, "qpkg-agent: " + std::string(error.what()) + '\n');
            write(session::encode(Kind::ended, std::to_string(static_cast<int>(error.code()))));
        }
    }

    void feed()
    {
        if (!pending_.empty()) {
            program_->write_input(pending_);
        }
        if (pending_.empty() && ends_) {
            program_->close_input();
        }
    }

    void finish()
    {
        const int status = program_->wait();
        // What it started may live on and go on writing.
        for (int left = most_steps; left > 0 && program_->output() >= 0; --left) {
            if (!send(Kind::output, program_->read_output(step))) {
                break;
            }
        }
        for (int left = most_steps; left > 0 && program_->errors() >= 0; --left) {
            if (!send(Kind::errors, program_->read_errors(step))) {
                break;
            }
        }
        forget();
        write(session::encode(Kind::ended, std::to_string(status)));
    }

    void forget()
    {
        program_.reset();
        words_.clear();
        pending_.clear();
        ends_ = false;
    }

    bool send(Kind kind, const std::string& bytes)
    {
        if (!bytes.empty()) {
            write(session::encode(kind, bytes));
        }
        return !bytes.empty();
    }

    /// What cannot be written nobody would read: the next look tells that the host is gone.
    void write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto written = ::write(port_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    const Fd& port_;
    HostGone then_;
    bool gone_ = false;
    session::FrameReader reader_;
    std::string words_;
    std::optional<StartedProgram> program_;
    std::string pending_; ///< input that the program has not taken yet
    bool ends_ = false;   ///< there is no more of it
};

std::vector<fs::path> ports(const Surroundings& where)
{
    std::vector<fs::path> found;
    const auto all = where.sys / "class/virtio-ports";
    if (fs::exists(all)) {
        for (const auto& name : names_in(all)) {
            if (read_file(all / name / "name", largest_name).starts_with("org.qpkg.")) {
                found.push_back(where.dev / name);
            }
        }
    }
    return found;
}

} // namespace

void serve_port(const Fd& port, HostGone then)
{
    std::signal(SIGPIPE, SIG_IGN);
    PortSession(port, then).run();
}

void serve(const fs::path& port)
{
    const Fd fd(::open(port.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd) {
        throw system_error("open " + port.string(), errno);
    }
    for (;;) {
        serve_port(fd, HostGone::wait);
    }
}

void serve_all(const Surroundings& where)
{
    const auto found = ports(where);
    if (found.empty()) {
        throw Error(Code::not_found, "this qube has no ports named org.qpkg.*: its host starts no programs");
    }
    for (const auto& port : found) {
        if (::fork() == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            serve(port);
        }
    }
    ::wait(nullptr);
    throw Error(Code::failed, "a port could not be served any more");
}

} // namespace qpkg::agent
