// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/expect.hpp"
#include "support/sandboxed.hpp"

#include "qpkg/core/files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

using namespace qpkg;
using qpkg::testing::Sandboxed;
namespace fs = std::filesystem;

namespace {

std::string mounts_and_loops()
{
    return files::read("/proc/self/mountinfo", 1U << 20U) + run({.argv = {"losetup", "-a"}}).output;
}

} // namespace

TEST_CASE("what a sandboxed command changes lands in the upper directory, and nothing stays mounted")
{
    Sandboxed fixture;
    const auto before = mounts_and_loops();

    const auto result =
        fixture.shell("cat /etc/of-base; echo new > /etc/new; echo temporary > /tmp/x; hostname; exit 5");

    CHECK(result.output == "base\nqpkg\n");
    CHECK(result.status == 5);
    CHECK(files::read(fixture.request.upper / "etc/new", 100) == "new\n");
    CHECK_FALSE(fs::exists(fixture.request.upper / "tmp/x"));
    CHECK(mounts_and_loops() == before);
}

TEST_CASE("a sandboxed command has no network, no other processes and no way to the kernel's settings")
{
    Sandboxed fixture;

    const auto result = fixture.shell("grep -c : /proc/net/dev; set -- /proc/[0-9]*; echo $#; "
                                      "echo x > /proc/sys/kernel/hostname || echo refused; "
                                      "mknod /tmp/device c 1 3 || echo refused; mount -t tmpfs x /tmp || echo refused; "
                                      "cat /etc/shadow || echo absent; ls /proc/1/root/home || echo absent");

    CHECK(result.output == "1\n2\nrefused\nrefused\nrefused\nabsent\nabsent\n");
}

TEST_CASE("processes left behind by a sandboxed command end with it")
{
    Sandboxed fixture;

    const auto result = fixture.shell("sleep 1234 & echo started");

    CHECK(result.output == "started\n");
    CHECK(run({.argv = {"pgrep", "-fx", "sleep 1234"}}).status == 1);
}

TEST_CASE("layers between base and upper are seen, directories and images alike, and are not changed")
{
    Sandboxed fixture;
    const auto layer = fixture.directory.path() / "layer";
    fs::create_directories(layer / "etc");
    std::ofstream(layer / "etc/of-layer") << "layer\n";
    const auto image = fixture.directory.path() / "layer.erofs";
    run_checked({.argv = {"mkfs.erofs", image.string(), layer.string()}}, "make an image");
    for (const auto& lower : {layer, image}) {
        fixture.request.lower = {lower};

        const auto result = fixture.shell("cat /etc/of-layer; echo changed > /etc/of-layer");

        CHECK(result.output == "layer\n");
        CHECK(files::read(layer / "etc/of-layer", 100) == "layer\n");
        fs::remove_all(fixture.request.upper / "etc");
        fs::remove_all(fixture.request.work);
        fs::create_directory(fixture.request.work);
    }
}

TEST_CASE("a sandbox whose owner is killed leaves no process, mount or loop device")
{
    Sandboxed fixture;
    const auto before = mounts_and_loops();
    const pid_t owner = ::fork();
    REQUIRE(owner >= 0);
    if (owner == 0) {
        fixture.shell("echo up > /etc/up; exec sleep 4321");
        ::_exit(0);
    }
    for (int tries = 0; tries < 200 && !fs::exists(fixture.request.upper / "etc/up"); ++tries) {
        ::usleep(10'000);
    }
    REQUIRE(fs::exists(fixture.request.upper / "etc/up"));

    ::kill(owner, SIGKILL);
    ::waitpid(owner, nullptr, 0);

    int alive = 0;
    for (int tries = 0; tries < 200 && alive == 0; ++tries) {
        alive = run({.argv = {"pgrep", "-fx", "sleep 4321"}}).status;
        ::usleep(10'000);
    }
    CHECK(alive == 1);
    CHECK(mounts_and_loops() == before);
}

TEST_CASE("the root of a volume can be read without its being mounted anywhere")
{
    Sandboxed fixture;
    const auto before = mounts_and_loops();

    const auto root = fixture.sandbox.open_root(fixture.request.base_image);

    const Fd file(::openat(root.get(), "etc/of-base", O_RDONLY | O_CLOEXEC));
    CHECK(static_cast<bool>(file));
    CHECK(mounts_and_loops() == before);
}

TEST_CASE("a program that the sandbox does not have is named")
{
    Sandboxed fixture;
    fixture.request.command.argv = {"/no/such/program"};

    CHECK_FAILS(Code::unsupported, "/no/such/program", fixture.sandbox.run(fixture.request));
}
