// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/control_group.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <unistd.h>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

constexpr SandboxLimits limits{.processes = 50, .memory = 1000};

/// A hierarchy of version 2 as files that are only that; the group that is about to be made has its files already.
struct Hierarchy {
    files::TemporaryDirectory directory{fs::temp_directory_path()};
    fs::path slice = directory.path() / "user.slice";
    fs::path group = slice / ("qpkg-build-" + std::to_string(::getpid()));

    Hierarchy()
    {
        write(directory.path() / "cgroup.controllers", "cpu memory pids\n");
        write(directory.path() / "own", "1:name=systemd:/elsewhere\n0::/user.slice/session.scope\n");
        fs::create_directories(slice / "session.scope");
        write(slice / "cgroup.subtree_control", "memory pids\n");
        fs::create_directories(group);
        for (const auto* file : {"pids.max", "pids.events", "memory.max", "memory.swap.max", "memory.oom.group",
                                 "memory.events", "cgroup.procs"}) {
            write(group / file, "");
        }
    }

    static void write(const fs::path& file, std::string_view text)
    {
        files::write(file, text, 0644, files::Durability::scratch);
    }
    std::string read(const char* file) const { return files::read(group / file, 1000); }
    sandbox::ControlGroupPlaces places() const { return {directory.path(), directory.path() / "own"}; }
};

} // namespace

TEST_CASE("a control group of version 2 lies beside the caller's own and holds the limits")
{
    const Hierarchy hierarchy;

    const auto group = sandbox::ControlGroup::make(limits, hierarchy.places());

    REQUIRE(group);
    CHECK(hierarchy.read("pids.max") == "50");
    CHECK(hierarchy.read("memory.max") == "1000");
    CHECK(hierarchy.read("memory.swap.max") == "0");
    group->enter();
    CHECK(hierarchy.read("cgroup.procs") == "0");
}

TEST_CASE("a control group tells which limit was met")
{
    const Hierarchy hierarchy;
    const auto group = sandbox::ControlGroup::make(limits, hierarchy.places());
    REQUIRE(group);
    Hierarchy::write(hierarchy.group / "pids.events", "max 0\n");
    Hierarchy::write(hierarchy.group / "memory.events", "low 0\nhigh 3\nmax 9\noom 0\noom_kill 0\noom_group_kill 0\n");

    CHECK_FALSE(group->ran_out_of_processes());
    CHECK_FALSE(group->ran_out_of_memory());

    Hierarchy::write(hierarchy.group / "pids.events", "max 2\n");
    Hierarchy::write(hierarchy.group / "memory.events", "max 9\noom 1\noom_kill 1\n");

    CHECK(group->ran_out_of_processes());
    CHECK(group->ran_out_of_memory());
}

TEST_CASE("without the controllers there is no control group")
{
    const Hierarchy hierarchy;
    Hierarchy::write(hierarchy.directory.path() / "cgroup.controllers", "cpu io\n");

    CHECK_FALSE(sandbox::ControlGroup::make(limits, hierarchy.places()));
}
