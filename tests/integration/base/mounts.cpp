// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/mounts.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"

#include <unistd.h>

#include <fstream>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

/// An image with usr/greeting, and a place to mount it.
struct Fixture {
    files::TemporaryDirectory directory{fs::temp_directory_path()};
    fs::path image = directory.path() / "a volume,with:odd.erofs";
    fs::path target = directory.path() / "target";

    Fixture()
    {
        const auto tree = directory.path() / "tree";
        fs::create_directories(tree / "usr");
        fs::create_directories(target);
        std::ofstream(tree / "usr/greeting") << "hello\n";
        run_checked({.argv = {"mkfs.erofs", image.string(), tree.string()}}, "make an image");
    }
};

/// What `command` prints in a mount namespace of its own, after `prepare`.
CommandResult in_private(std::vector<std::string> command, std::function<void()> prepare)
{
    return run({.argv = std::move(command), .in_child = [prepare] {
                    mounts::enter_private_namespace();
                    prepare();
                }});
}

/// The loop devices in use, waiting for `expected`: the kernel clears one a moment after its last mount.
std::string loops_settled_at(const std::string& expected)
{
    std::string found;
    for (int tries = 0; tries < 40; ++tries) {
        found = run({.argv = {"losetup", "-a"}}).output;
        if (found == expected) {
            break;
        }
        ::usleep(50'000);
    }
    return found;
}

} // namespace

TEST_CASE("a volume is mounted read-only, without devices and setuid, and leaves nothing behind")
{
    const Fixture fixture;
    const auto before = run({.argv = {"losetup", "-a"}}).output;

    for (const auto mount : {&mounts::mount_volume, &mounts::mount_volume_on_loop}) {
        const auto result = in_private({"findmnt", "-rno", "FSTYPE,OPTIONS", fixture.target.string()},
                                       [&] { mount(fixture.image, fixture.target); });

        CHECK(result.status == 0);
        CHECK(result.output.find("erofs ro,nosuid,nodev") == 0);
        CHECK(loops_settled_at(before) == before);
    }
    CHECK(!mounts::is_mount_point(fixture.target));
}

TEST_CASE("what is no EROFS image is not mounted")
{
    const Fixture fixture;
    std::ofstream(fixture.image, std::ios::trunc) << std::string(65536, 'x');

    CHECK_FAILS(Code::failed, "mount the volume", mounts::mount_volume(fixture.image, fixture.target));
    CHECK_FAILS(Code::failed, "mount the volume", mounts::mount_volume_on_loop(fixture.image, fixture.target));
    CHECK_FAILS(Code::failed, "No such file", mounts::mount_volume(fixture.directory.path() / "none", fixture.target));
}

TEST_CASE("an overlay keeps changes apart, and without a place for them takes none")
{
    const Fixture fixture;
    const auto upper = fixture.directory.path() / "up,per:1";
    const auto work = fixture.directory.path() / "work";
    const auto other = fixture.directory.path() / "other";
    fs::create_directories(upper);
    fs::create_directories(work);
    fs::create_directories(other);
    const auto tree = fixture.directory.path() / "tree";

    const auto changed = in_private({"sh", "-c", "echo new > \"$0/usr/greeting\"", fixture.target.string()}, [&] {
        mounts::mount_overlay(fixture.target, {other, tree}, mounts::OverlayChanges{upper, work});
    });
    const auto refused = in_private({"sh", "-c", "echo new > \"$0/usr/greeting\"", fixture.target.string()}, [&] {
        mounts::mount_overlay(fixture.target, {other, tree});
    });
    const auto single = in_private({"sh", "-c", "echo new > \"$0/usr/greeting\"", fixture.target.string()},
                                   [&] { mounts::mount_overlay(fixture.target, {tree}); });

    CHECK(changed.status == 0);
    CHECK(files::read(upper / "usr/greeting", 100) == "new\n");
    CHECK(files::read(tree / "usr/greeting", 100) == "hello\n");
    CHECK(refused.errors.find("Read-only file system") != std::string::npos);
    CHECK(single.errors.find("Read-only file system") != std::string::npos);
}

TEST_CASE("after pivot_into only the new root is there, and user namespaces can be made")
{
    const Fixture fixture;
    const auto result = in_private({"/usr/bin/unshare", "--user", "/usr/bin/ls", "/"}, [&] {
        mounts::mount_tmpfs(fixture.target);
        for (const auto* name : {"usr", "lib", "lib64", "bin"}) {
            fs::create_directories(fixture.target / name);
            mounts::bind(fs::path("/") / name, fixture.target / name, mounts::Access::read_only);
        }
        mounts::pivot_into(fixture.target);
    });

    CHECK(result.status == 0);
    CHECK(result.output == "bin\nlib\nlib64\nusr\n");
}
