// SPDX-License-Identifier: LGPL-2.1-or-later
// A qube that runs is one place, and nothing of a place outlives it, however it ends.
#include "adapters/local/independence.hpp"
#include "support/expect.hpp"
#include "support/local_qubes.hpp"
#include "support/without_bases.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"
#include "qpkg/core/text.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <future>
#include <random>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

namespace fs = std::filesystem;

const auto work = QubeName::require("work");

/// As the qube's file says: it tells our places from those of other tests.
std::string machine_id(LocalQubes& qubes)
{
    const auto wanted = files::read(qubes.directory() / "qubes/work/wanted", 64 * 1024);
    const std::string word = "machine-id ";
    const auto begin = wanted.find(word) + word.size();
    return wanted.substr(begin, wanted.find('\n', begin) - begin) + '\n';
}

void create_with_app(LocalQubes& qubes)
{
    qubes.create(work, {qubes.app("org.example.hello", {{"usr/bin/hello", "#!/bin/sh\nexec sleep 1000\n"}},
                                  {{ExportKind::command, "hello", "/usr/bin/hello"}})});
}

std::string comm_of(pid_t process)
{
    return files::read_if_exists("/proc/" + std::to_string(process) + "/comm", 64).value_or("");
}

pid_t parent_of(pid_t process)
{
    return std::stoi(run({.argv = {"ps", "-o", "ppid=", "-p", std::to_string(process)}}).output);
}

/// The processes of a place.
struct Place {
    pid_t keeper;
    pid_t first;
    pid_t conversation;
    pid_t program;

    std::vector<pid_t> all() const { return {keeper, first, conversation, program}; }
};

/// Waits until `count` programs called `sleep` run in the one place of these qubes; of the youngest.
Place wait_for_place(LocalQubes& qubes, std::size_t count = 1)
{
    for (int tries = 0; tries < 2000; ++tries) {
        const auto sleeping = run({.argv = {"pgrep", "-x", "sleep"}}).output;
        std::vector<pid_t> programs;
        for (const auto& line : text::split(sleeping, '\n')) {
            if (!line.empty() && fs::exists("/proc/" + line + "/root/run/qpkg/libexec/qpkg-agent") &&
                files::read_if_exists("/proc/" + line + "/root/etc/machine-id", 64) == machine_id(qubes)) {
                programs.push_back(std::stoi(line));
            }
        }
        if (programs.size() >= count) {
            const auto program = programs.back();
            const auto conversation = parent_of(program);
            const auto first = parent_of(conversation);
            return {parent_of(first), first, conversation, program};
        }
        ::usleep(5000);
    }
    FAIL("the program does not run");
    return {};
}

bool all_end(const std::vector<pid_t>& processes)
{
    for (int tries = 0; tries < 200; ++tries) {
        bool any = false;
        for (const auto process : processes) {
            const auto state = run({.argv = {"ps", "-o", "stat=", "-p", std::to_string(process)}}).output;
            any = any || (!state.empty() && !state.starts_with('Z')); // a zombie only waits to be counted
        }
        if (!any) {
            return true;
        }
        ::usleep(10'000);
    }
    return false;
}

} // namespace

TEST_CASE("an ordinary end leaves no mount, no loop device and no place")
{
    LocalQubes qubes;
    create_with_app(qubes);

    CHECK(shell_in(qubes, work, "exit 3").status == 3);

    CHECK(qubes.hypervisor().attached().empty());
    CHECK(traces_of(qubes) == "");
    qubes.hypervisor().remove(work);
}

TEST_CASE("what a program left running keeps the place, and its end is the place's end")
{
    LocalQubes qubes;
    create_with_app(qubes);

    CHECK(shell_in(qubes, work, "sleep 1000 >/dev/null 2>&1 & exit 3").status == 3);

    CHECK(qubes.hypervisor().attached().size() == 1);
    CHECK_FAILS(Code::conflict, "running", qubes.hypervisor().remove(work));
    CHECK(shell_in(qubes, work, "kill $(pidof sleep)").status == 0);
    CHECK(traces_of(qubes) == "");
    CHECK(qubes.hypervisor().attached().empty());
}

TEST_CASE("kill -9 of the keeper or of the first process ends everything and leaves nothing")
{
    LocalQubes qubes;
    create_with_app(qubes);

    for (const bool keeper : {true, false}) {
        CAPTURE(keeper);
        auto program = start_in(qubes, work, {"hello"});
        const auto place = wait_for_place(qubes);
        CHECK(comm_of(place.keeper) == "qpkg-place\n");
        CHECK(qubes.hypervisor().attached().size() == 1);

        ::kill(keeper ? place.keeper : place.first, SIGKILL);

        CHECK(program.wait() == 200);
        CHECK(all_end(place.all()));
        CHECK(traces_of(qubes) == "");
        CHECK(qubes.hypervisor().attached().empty());
        CHECK(!qubes.hypervisor().qubes().at(0).running);
        CHECK(run_in(qubes, work, {"true"}).status == 0);
    }
}

TEST_CASE("kill -9 of the caller or of the program ends that program alone")
{
    LocalQubes qubes;
    create_with_app(qubes);
    auto other = start_in(qubes, work, {"sleep", "2000"});
    wait_for_place(qubes);

    for (const bool caller : {true, false}) {
        CAPTURE(caller);
        auto program = start_in(qubes, work, {"hello"});
        const auto place = wait_for_place(qubes, 2);

        ::kill(caller ? program.process() : place.program, SIGKILL);

        CHECK(program.wait() == 128 + SIGKILL);
        CHECK(all_end({place.conversation, place.program}));
        CHECK(qubes.hypervisor().attached().size() == 1);
    }
    CHECK(shell_in(qubes, work, "pidof sleep >/dev/null").status == 0);
}

TEST_CASE("kill -9 of the caller at any moment leaves nothing, and the next run works")
{
    LocalQubes qubes;
    create_with_app(qubes);
    std::mt19937 random(1); // NOLINT: the moments differ by themselves
    std::uniform_int_distribution<unsigned> microseconds(0, 60'000);

    for (int round = 0; round < 40; ++round) {
        auto program = start_in(qubes, work, {"hello"});
        ::usleep(microseconds(random));
        ::kill(program.process(), SIGKILL);
        program.wait();
    }

    CHECK(traces_of(qubes) == "");
    CHECK(qubes.hypervisor().attached().empty());
    CHECK(run_in(qubes, work, {"true"}).status == 0);
    qubes.hypervisor().remove(work);
    CHECK(qubes.hypervisor().qubes().empty());
    CHECK(fs::is_empty(qubes.directory() / "qubes"));
}

TEST_CASE("a signal sent to the caller reaches the program; its status says so")
{
    LocalQubes qubes;
    qubes.create(work, {});

    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGALRM, SIGRTMIN + 3}) {
        CAPTURE(signal);
        auto program = start_in(qubes, work, {"sleep", "1000"});
        wait_for_place(qubes);

        ::kill(program.process(), signal);

        CHECK(program.wait() == 128 + signal);
    }
    auto trapping = start_in(qubes, work, {"sh", "-c", "trap 'kill $!; exit 7' TERM; sleep 1000 & wait"});
    wait_for_place(qubes);
    ::kill(trapping.process(), SIGTERM);
    CHECK(trapping.wait() == 7);
}

TEST_CASE("a place has nothing of the command that began it")
{
    LocalQubes qubes;
    qubes.create(work, {});
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        rlimit little{};
        ::getrlimit(RLIMIT_NOFILE, &little);
        little.rlim_cur = 60;
        ::setrlimit(RLIMIT_NOFILE, &little);
        ::signal(SIGPIPE, SIG_IGN);
        ::umask(077);
        ::nice(5);
        ::_exit(shell_in(qubes, work,
                         "set -- $(cat /proc/self/stat); test ${19} = 0 && test $(ulimit -n) -gt 60 && "
                         "test $(umask) = 0022 && grep -q 'SigIgn:.000000000000000[04]' /proc/self/status")
                    .status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("the first process has no file of the host open, and nobody in the place looks into it")
{
    LocalQubes qubes;
    qubes.create(work, {});
    auto program = start_in(qubes, work, {"sleep", "1000"});
    const auto place = wait_for_place(qubes);

    for (const auto process : {place.first, place.conversation, place.program}) {
        for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(process) + "/fd")) {
            const auto target = fs::read_symlink(entry.path()).string();
            const bool harmless =
                target == "/dev/null" || target.starts_with("socket:") || target.starts_with("anon_inode:[signalfd]");
            CHECK_MESSAGE(harmless, process << " has " << target);
        }
    }
    CHECK(shell_in(qubes, work, "cat /proc/1/environ 2>&1 | grep -q denied").status == 0);
}

TEST_CASE("two programs of one qube meet: processes, /tmp, /dev/shm, runtime folder")
{
    LocalQubes qubes;
    create_with_app(qubes);
    auto first = start_in(qubes, work,
                          {"sh", "-c",
                           "echo $$ > ~/lock; echo a > /tmp/t; echo b > /dev/shm/s; echo c > "
                           "$XDG_RUNTIME_DIR/r; echo d > /var/tmp/v; exec sleep 1000"});
    wait_for_place(qubes);

    const auto second = shell_in(qubes, work,
                                 "cat /tmp/t /dev/shm/s $XDG_RUNTIME_DIR/r /var/tmp/v; kill -0 $(cat ~/lock) && "
                                 "test $(cat ~/lock) != $$ && echo lives");

    CHECK(second.out == "a\nb\nc\nd\nlives\n");
    CHECK(qubes.hypervisor().attached().size() == 1);
}

TEST_CASE("what is wanted otherwise meanwhile comes to a running qube by attaching, not by starting twice")
{
    LocalQubes qubes;
    create_with_app(qubes);
    const auto old_slots = qubes.hypervisor().wanted().at(0).slots;
    auto first = start_in(qubes, work, {"sleep", "1000"});
    wait_for_place(qubes);

    qubes.hypervisor().set_wanted(work, {}, {});

    CHECK(run_in(qubes, work, {"sh", "-c", "test -e /run/qpkg/bin/hello"}).status == 0);
    CHECK(without_bases(qubes.hypervisor().attached()) == std::vector<Attachment>{{work, old_slots}});
    CHECK(qubes.hypervisor().detach(work, old_slots.front()) == Detached::gone);
    CHECK(run_in(qubes, work, {"sh", "-c", "test -e /run/qpkg/bin/hello"}).status == 1);
    CHECK(without_bases(qubes.hypervisor().attached()) == std::vector<Attachment>{{work, {}}});
}

TEST_CASE("a program keeps its release while another comes, and the old volume is in use until it ends")
{
    LocalQubes qubes;
    const auto app = [&](const std::string& version) {
        return qubes.app(
            "org.example.hello",
            {{"usr/bin/hello", "#!/bin/sh\nexec sleep 1000\n"},
             {"usr/bin/version", "#!/bin/sh\necho " + version + "\n"},
             {"usr/bin/wait", "#!/bin/sh\ntouch ~/waits; while [ ! -e ~/go ]; do sleep 0.05; done\nversion"}},
            {{ExportKind::command, "hello", "/usr/bin/hello"},
             {ExportKind::command, "version", "/usr/bin/version"},
             {ExportKind::command, "wait-and-say", "/usr/bin/wait"}});
    };
    auto older = app("older");
    auto newer = app("newer");
    newer.version = "2.0-1";
    qubes.create(work, {older});
    auto sleeper = start_in(qubes, work, {"hello"});
    wait_for_place(qubes);
    const auto result = std::async(std::launch::async, [&] { return run_in(qubes, work, {"wait-and-say"}); });
    REQUIRE(shell_in(qubes, work, "while [ ! -e ~/waits ]; do sleep 0.05; done").status == 0);

    qubes.hypervisor().set_wanted(work, std::vector{newer}, {});
    qubes.hypervisor().attach(work, newer);
    CHECK(run_in(qubes, work, {"version"}).out == "newer\n");
    CHECK(qubes.hypervisor().detach(work, older) == Detached::in_use);
    CHECK(without_bases(qubes.hypervisor().attached()) == std::vector<Attachment>{{work, {older, newer}}});
    CHECK(shell_in(qubes, work, "touch ~/go").status == 0);
    result.wait();
    CHECK(shell_in(qubes, work, "kill $(pidof sleep)").status == 0);
    sleeper.wait();

    CHECK(qubes.hypervisor().detach(work, older) == Detached::gone);
    CHECK(qubes.hypervisor().attached().size() <= 1);
}

TEST_CASE("a qube that is started stays until it is stopped, and then ends whatever runs")
{
    LocalQubes qubes;
    qubes.create(work, {});

    qubes.runner().start(work);
    qubes.runner().start(work);
    CHECK(qubes.hypervisor().qubes().at(0).running);
    CHECK(shell_in(qubes, work, "touch /tmp/stays").status == 0);
    CHECK(shell_in(qubes, work, "test -e /tmp/stays").status == 0);
    auto deaf = start_in(qubes, work, {"sh", "-c", "trap '' TERM HUP; sleep 1000; sleep 1000"});
    wait_for_place(qubes);

    qubes.runner().stop(work);
    qubes.runner().stop(work);

    CHECK(deaf.wait() != 0);
    CHECK(!qubes.hypervisor().qubes().at(0).running);
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("many starts at once make one place")
{
    LocalQubes qubes;
    create_with_app(qubes);
    std::vector<RunningProgram> programs;
    for (int i = 0; i < 8; ++i) {
        programs.push_back(start_in(qubes, work,
                                    {"sh", "-c",
                                     "echo x >> ~/count; while [ $(cat ~/count | wc -l) -lt 8 ]; do sleep 0.05; done; "
                                     "readlink /proc/self/ns/pid >> ~/spaces"}));
    }
    for (auto& program : programs) {
        CHECK(program.wait() == 0);
    }
    CHECK(shell_in(qubes, work, "sort -u ~/spaces | wc -l").out == "1\n");
}

TEST_CASE("a place has a control group of its own where there are any of version 2, and takes it away at its end")
{
    const fs::path hierarchy = fs::exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
    std::fflush(nullptr);
    const pid_t child = ::fork(); // whoever leaves its group does not come back into the same
    if (child == 0) {
        local::PlaceGroup group(hierarchy);
        const auto path = group.path();
        const bool is_in =
            path && files::read("/proc/self/cgroup", 64 * 1024).find(path->filename().string()) != std::string::npos;
        group.remove();
        ::_exit(!path ? 2 : is_in && !fs::exists(*path) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == 2) {
        MESSAGE("no control groups of version 2 can be made here");
        return;
    }
    CHECK(status == 0);
}
