// SPDX-License-Identifier: LGPL-2.1-or-later
// Nothing of a session outlives it, however it ends.
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

#include "qpkg/core/subprocess.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <random>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");

void create_with_app(LocalQubes& qubes)
{
    qubes.create(work, {qubes.app("org.example.hello", {{"usr/bin/hello", "#!/bin/sh\nsleep 1000\n"}},
                                  {{ExportKind::command, "hello", "/usr/bin/hello"}})});
}

/// Process numbers of everything below `parent`, itself not.
std::vector<pid_t> descendants(pid_t parent)
{
    std::vector<pid_t> found;
    const auto listed = run({.argv = {"pgrep", "-P", std::to_string(parent)}}).output;
    for (std::size_t begin = 0; begin < listed.size(); begin = listed.find('\n', begin) + 1) {
        found.push_back(std::stoi(listed.substr(begin)));
        const auto below = descendants(found.back());
        found.insert(found.end(), below.begin(), below.end());
    }
    return found;
}

/// Waits until the program itself runs: caller, go-between, first process, launcher or program.
std::vector<pid_t> wait_for_session(pid_t caller)
{
    for (int tries = 0; tries < 2000; ++tries) {
        const auto processes = descendants(caller);
        if (processes.size() >= 3 &&
            run({.argv = {"ps", "-o", "comm=", "-p", std::to_string(processes.back())}}).output == "sleep\n") {
            return processes;
        }
        ::usleep(5000);
    }
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

TEST_CASE("an ordinary end leaves no mount, no loop device and no session")
{
    LocalQubes qubes;
    create_with_app(qubes);

    CHECK(shell_in(qubes, work, "sleep 1000 & exit 3").status == 3);

    CHECK(traces_of(qubes) == "");
    CHECK(qubes.hypervisor().attached().empty());
}

TEST_CASE("kill -9 of any process of a session ends all of it and leaves nothing")
{
    LocalQubes qubes;
    create_with_app(qubes);

    // The caller, the go-between, the qube's first process, the program.
    for (std::size_t victim = 0; victim < 4; ++victim) {
        CAPTURE(victim);
        auto program = start_in(qubes, work, {"hello"});
        const auto below = wait_for_session(program.process());
        REQUIRE(below.size() >= 3);
        CHECK(qubes.hypervisor().attached().size() == 1);

        ::kill(victim == 0 ? program.process() : below[std::min(victim - 1, below.size() - 1)], SIGKILL);

        CHECK(program.wait() == 128 + SIGKILL);
        CHECK(all_end(below));
        CHECK(traces_of(qubes) == "");
        CHECK(qubes.hypervisor().attached().empty());
        CHECK(!qubes.hypervisor().qubes().at(0).running);
    }
    CHECK(run({.argv = {"ls", "-A", (qubes.directory() / "run/sessions").string()}}).output.empty());
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
}

TEST_CASE("a signal sent to the caller reaches the program; its status says so")
{
    LocalQubes qubes;
    qubes.create(work, {});

    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        auto program = start_in(qubes, work, {"sleep", "1000"});
        REQUIRE(!wait_for_session(program.process()).empty());

        ::kill(program.process(), signal);

        CHECK(program.wait() == 128 + signal);
    }
    auto trapping = start_in(qubes, work, {"sh", "-c", "trap 'exit 7' TERM; sleep 1000 & wait"});
    REQUIRE(!wait_for_session(trapping.process()).empty());
    ::kill(trapping.process(), SIGTERM);
    CHECK(trapping.wait() == 7);
}

TEST_CASE("one qube runs twice at once, each with what was wanted at its start")
{
    LocalQubes qubes;
    create_with_app(qubes);
    const auto old_slots = qubes.hypervisor().wanted().at(0).slots;
    auto first = start_in(qubes, work, {"sleep", "1000"});
    REQUIRE(!wait_for_session(first.process()).empty());

    qubes.hypervisor().set_wanted(work, {});
    auto second = start_in(qubes, work, {"sleep", "1000"});
    REQUIRE(!wait_for_session(second.process()).empty());

    CHECK(qubes.hypervisor().attached() == std::vector<Attachment>{{work, {}}, {work, old_slots}});
}
