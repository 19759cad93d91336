// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/sandbox/limits.hpp"

#include "support/expect.hpp"
#include "support/sandboxed.hpp"

#include <unistd.h>

using namespace qpkg;
using qpkg::testing::Sandboxed;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// With the control groups of this machine, and as in a container that has none.
const sandbox::ControlGroupPlaces ways_to_count[] = {{}, {.hierarchy = "/nowhere", .own = "/nowhere"}};

} // namespace

TEST_CASE("a run that makes too many processes ends, and is told so")
{
    for (const auto& groups : ways_to_count) {
        Sandboxed sandboxed({.processes = 40}, groups);

        CHECK(sandboxed.shell("for i in 1 2 3 4 5 6 7 8 9; do sleep 0.01 & done; wait; echo few").output == "few\n");
        sandboxed.start_anew();
        CHECK_FAILS(Code::no_space, "the build used more than 40 processes",
                    sandboxed.shell("i=0; while [ $i -lt 200 ]; do sleep 2345 & i=$((i+1)); done; wait"));
        CHECK(run({.argv = {"pgrep", "-fx", "sleep 2345"}}).status == 1);
    }
}

TEST_CASE("while the first process still has the builder's root, the builder's machine is not counted")
{
    const Sandboxed sandboxed;
    const SandboxLimits limits{.processes = 1};
    const std::optional<sandbox::ControlGroup> no_group;
    const sandbox::LimitWatch watch(limits, sandboxed.request, no_group);
    int looks = 0;

    CHECK_NOTHROW(run({.argv = {"/bin/sh", "-c", "sleep 0.7; true"}, .watch = [&](pid_t child) {
                           watch.look(child);
                           ++looks;
                       }}));
    CHECK(looks > 1);
}

TEST_CASE("a run that takes too much memory ends, and is told so")
{
    for (const auto& groups : ways_to_count) {
        Sandboxed sandboxed({.memory = 64 * mebibyte}, groups);

        CHECK_FAILS(Code::no_space, "the build used more than 64.0 MiB of memory",
                    sandboxed.shell("exec python3 -c 'import time; x = b\"x\" * (200 << 20); time.sleep(2345)'"));
    }
}

TEST_CASE("what lies in memory as files of a run is bounded, too")
{
    for (const auto& groups : ways_to_count) {
        Sandboxed sandboxed({.memory = 64 * mebibyte}, groups);

        const auto result = sandboxed.shell("for d in /tmp /run /dev/shm; do head -c 20M /dev/zero > $d/x; done 2>&1; "
                                            "cat /tmp/x /run/x /dev/shm/x | wc -c");

        CHECK(std::stoull(result.output.substr(result.output.rfind('\n', result.output.size() - 2) + 1)) <
              56 * mebibyte);
    }
}

TEST_CASE("a run that fills the disk ends, and is told so")
{
    Sandboxed sandboxed({.disk = 20 * mebibyte});

    CHECK_FAILS(Code::no_space, "the build used more than 20.0 MiB of disk",
                sandboxed.shell("head -c 40M /dev/zero > /etc/big; sleep 2345"));
}

TEST_CASE("a run that takes too long ends, and is told so")
{
    Sandboxed sandboxed({.time = std::chrono::seconds(1)});

    CHECK_FAILS(Code::failed, "the build ran for more than 1 s", sandboxed.shell("sleep 2345"));
    CHECK(run({.argv = {"pgrep", "-fx", "sleep 2345"}}).status == 1);
}

TEST_CASE("the control groups of a run go with it")
{
    Sandboxed sandboxed;

    CHECK(sandboxed.shell("true").status == 0);

    CHECK(run({.argv = {"find", "/sys/fs/cgroup", "-name", "qpkg-build-" + std::to_string(::getpid())}}).output == "");
}

TEST_CASE("the disk that a tree uses is counted without its links, and not for ever")
{
    const files::TemporaryDirectory directory("/var/tmp");
    const auto tree = directory.path() / "tree";
    fs::create_directories(tree / "a/b");
    files::write(tree / "a/b/file", std::string(mebibyte, 'x'), 0644, files::Durability::scratch);
    fs::create_hard_link(tree / "a/b/file", tree / "a/same");
    fs::create_directory_symlink("/", tree / "out");

    const auto use = sandbox::disk_use(tree);

    CHECK(use >= mebibyte);
    CHECK(use < 2 * mebibyte);
    auto deep = tree;
    for (int level = 0; level < 300; ++level) {
        fs::create_directory(deep /= "d");
    }
    CHECK_FAILS(Code::no_space, "nested", sandbox::disk_use(tree));
}
