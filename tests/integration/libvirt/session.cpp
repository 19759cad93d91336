// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's and the guest's side of a session together, over a socket in place of a virtio port.
#include "adapters/libvirt/agent_guest.hpp"
#include "adapters/libvirt/guest_session.hpp"
#include "agent/serve.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

using namespace qpkg;
using namespace qpkg::libvirt;
using session::Kind;
using session::Order;
using session::Who;

namespace {

namespace fs = std::filesystem;

Deadline soon(int milliseconds = 20'000)
{
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

/// A process that is killed at the end of its life.
class Process {
public:
    explicit Process(const std::function<void()>& body) : pid_(::fork())
    {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            body();
            ::_exit(0);
        }
    }
    ~Process() { end(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void end()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }

private:
    pid_t pid_;
};

/// A "machine" with one channel. What answers there has a /run of its own.
struct Machine {
    explicit Machine(const std::function<void(const Fd&)>& answer)
        : directory(fs::temp_directory_path()), listening(listen_at(directory.path() / "channel")), process([=, this] {
              mounts::enter_private_namespace();
              mounts::mount_tmpfs("/run");
              for (;;) {
                  answer(Fd(::accept(listening.get(), nullptr, nullptr)));
              }
          })
    {
    }

    static Fd listen_at(const fs::path& path)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(fd.get(), 1) == 0);
        return fd;
    }

    Door door() const { return {QubeName::require("work"), directory.path(), {directory.path() / "channel"}}; }

    GuestSession::Answer shell(const std::string& text) const
    {
        return GuestSession(door(), soon()).ask({.who = Who::root, .argv = {"sh", "-c", text}}, soon());
    }

    files::TemporaryDirectory directory;
    Fd listening;
    Process process;
};

Machine served()
{
    return Machine([](const Fd& connection) { agent::serve_port(connection, agent::HostGone::stop); });
}

/// An agent that says only this.
Machine saying(const std::string& bytes)
{
    return Machine([bytes](const Fd& connection) {
        files::write_all(connection.get(), bytes);
        ::pause();
    });
}

/// Greets as it should, then says this.
Machine answering(const std::string& bytes)
{
    return Machine([bytes](const Fd& connection) {
        session::FrameReader reader;
        for (;;) {
            std::string got(4096, '\0');
            got.resize(
                static_cast<std::size_t>(std::max<ssize_t>(::read(connection.get(), got.data(), got.size()), 0)));
            reader.add(got);
            while (const auto frame = reader.next()) {
                if (frame->kind == Kind::hello) {
                    files::write_all(connection.get(), session::encode_hello(frame->payload) + bytes);
                }
            }
            if (got.empty()) {
                return;
            }
        }
    });
}

} // namespace

TEST_CASE("libvirt: a program in a machine gives its output, its errors and its status")
{
    const auto machine = served();

    const auto answer = machine.shell("echo fine; echo oops >&2; exit 7");
    CHECK(answer.output == "fine\n");
    CHECK(answer.errors == "oops\n");
    CHECK(answer.status == 7);
    CHECK(machine.shell("kill -9 $$").status == 128 + SIGKILL);
    CHECK(machine.shell("cat; echo end").output == "end\n");
    CHECK(machine.shell("head -c 50000 /dev/zero").output.size() == 50'000);
}

TEST_CASE("libvirt: of what a machine answers only so much is kept")
{
    const auto machine = served();

    CHECK(machine.shell("head -c 5000000 /dev/zero").output.size() == 64 * 1024);
}

TEST_CASE("libvirt: what a program left running does not keep its caller")
{
    const auto machine = served();

    const auto answer = machine.shell("sleep 1000 & echo $!");
    CHECK(answer.status == 0);
    CHECK(::kill(std::stoi(answer.output), SIGKILL) == 0);
}

TEST_CASE("libvirt: orders that cannot be followed are told")
{
    const auto machine = served();
    const auto ask = [&](const Order& order) { return GuestSession(machine.door(), soon()).ask(order, soon()); };

    const auto absent = ask({.who = Who::root, .argv = {"no-such-program"}});
    CHECK(absent.status == 127);
    CHECK(absent.errors.find("no-such-program: no such program in this qube") != std::string::npos);
    const auto two_words = ask({.who = Who::agent, .argv = {"refresh", "more"}});
    CHECK(two_words.status == static_cast<int>(Code::usage));
    CHECK(two_words.errors.find("one word") != std::string::npos);
}

TEST_CASE("libvirt: a program ends when its caller does, and the next one finds nothing of it")
{
    const auto machine = served();
    const auto trace = machine.directory.path() / "trace";
    Process caller([&] { machine.shell("trap '' HUP; echo said; echo on >" + trace.string() + "; sleep 1000"); });
    while (!fs::exists(trace)) {
        ::usleep(1000);
    }

    caller.end();

    CHECK(machine.shell("echo mine").output == "mine\n");
    // In brackets: the command line of the shell that asks is none of those that are asked for.
    const auto left = "pgrep -f '" + (machine.directory.path() / "[t]race").string() + "' | wc -l";
    CHECK(machine.shell(left).output == "0\n");
}

TEST_CASE("libvirt: one channel serves one caller")
{
    const auto machine = served();
    const GuestSession first(machine.door(), soon());

    CHECK_FAILS(Code::busy, "work runs 1 programs", GuestSession(machine.door(), soon()));
}

TEST_CASE("libvirt: an agent that is silent, or says anything but the greeting, is given up")
{
    std::string noise;
    for (int i = 0; i < 100'000; ++i) {
        noise += static_cast<char>(i * 7);
    }
    for (const auto& said :
         {std::string(), noise, session::encode_hello(std::string(32, '0')), session::encode(Kind::ended, "0")}) {
        const auto machine = saying(said);
        CHECK_FAILS(Code::failed, "does not answer", GuestSession(machine.door(), soon(300)));
    }
}

TEST_CASE("libvirt: a machine that ends in the middle is told")
{
    const Machine machine([](const Fd&) {});

    CHECK_FAILS(Code::failed, "the qube has ended", GuestSession(machine.door(), soon()));
}

TEST_CASE("libvirt: of a refresh counts its status, and which disks are in use")
{
    const auto refresh = [](const std::string& bytes) {
        const auto machine = answering(bytes);
        return AgentGuest({std::chrono::seconds(5), std::chrono::milliseconds(700)}).refresh(machine.door());
    };

    CHECK(refresh(session::encode(Kind::output, "in-use " + std::string(20, 'a') + "\nnonsense\nin-use ../x\n") +
                  session::encode(Kind::ended, "0")) == std::set<std::string>{std::string(20, 'a')});
    CHECK_FAILS(Code::failed, "could not refresh: no\\x1b[31m",
                refresh(session::encode(Kind::errors, "no\x1b[31m") + session::encode(Kind::ended, "1")));
    CHECK_FAILS(Code::failed, "(silence)", refresh(session::encode(Kind::ended, "rubbish")));
    CHECK_FAILS(Code::failed, "in time", refresh(session::encode(Kind::output, "and so on")));
}
