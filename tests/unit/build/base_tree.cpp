// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_tree.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Trees {
    files::TemporaryDirectory directory = scratch();
    TreeMaker root{directory.path() / "root"};
    TreeMaker guest{directory.path() / "guest"};

    unsigned mode(const fs::path& path) const
    {
        return static_cast<unsigned>(fs::status(root.root() / path).permissions());
    }
};

} // namespace

TEST_CASE("a base receives the files of a guest, whatever umask they were made with")
{
    Trees trees;
    const auto& root = trees.root.file("usr/lib/of-base", "base", 0600).root();
    const auto& guest = trees.guest.file("usr/lib/qpkg/agent", "agent", 0775)
                            .file("usr/lib/qpkg.conf", "conf", 0660)
                            .link("usr/lib/link", "qpkg.conf")
                            .root();
    fs::permissions(guest / "usr/lib/qpkg", fs::perms{0700});

    const auto first = build::add_guest_files(root, guest);

    CHECK(build::add_guest_files(root, guest) == first);
    CHECK(trees.mode("usr/lib/qpkg") == 0755);
    CHECK(trees.mode("usr/lib/qpkg/agent") == 0755);
    CHECK(trees.mode("usr/lib/qpkg.conf") == 0644);
    CHECK(trees.mode("usr/lib/of-base") == 0600);
    CHECK(fs::read_symlink(root / "usr/lib/link") == "qpkg.conf");
    CHECK(files::read(root / "usr/lib/qpkg/agent", 100) == "agent");
}

TEST_CASE("no link of a base leads a guest's file out of it")
{
    Trees trees;
    const auto& root = trees.root.root();
    const auto& guest = trees.guest.file("etc/file", "file").root();
    const auto outside = TreeMaker(trees.directory.path() / "outside").file("kept", "kept").root();
    trees.root.link("etc", outside.string());

    CHECK_FAILS(Code::corrupt, "/etc is a symbolic link, where a directory must be",
                build::add_guest_files(root, guest));

    fs::remove(root / "etc");
    trees.root.link("etc/file", (outside / "kept").string());
    build::add_guest_files(root, guest);
    CHECK(files::read(outside / "kept", 100) == "kept");
}

TEST_CASE("settling a base touches nothing outside, and a link in the place of its directories is refused")
{
    for (const auto* place : {"var", "etc", "home"}) {
        Trees trees;
        const auto name = fs::path(place).filename();
        const auto outside = TreeMaker(trees.directory.path() / "outside")
                                 .file("log/kept", "kept")
                                 .file("tmp/kept", "kept")
                                 .file("hostname", "kept")
                                 .root();
        trees.root.link(name, outside.string());
        const auto before = listing(outside);

        CAPTURE(place);
        CHECK_FAILS(Code::corrupt, "/" + name.string() + " is a symbolic link, where a directory must be",
                    build::settle_base(trees.root.root()));
        CHECK(listing(outside) == before);
    }
}

TEST_CASE("links at the places that a base has empty are replaced, not followed")
{
    Trees trees;
    const auto outside = TreeMaker(trees.directory.path() / "outside").file("kept", "kept").root();
    const auto& root = trees.root.link("run", outside.string())
                           .link("var/log", outside.string())
                           .link("etc/hostname", (outside / "kept").string())
                           .root();

    build::settle_base(root);

    CHECK(fs::is_directory(fs::symlink_status(root / "run")));
    CHECK(fs::is_empty(root / "var/log"));
    CHECK_FALSE(fs::exists(fs::symlink_status(root / "etc/hostname")));
    CHECK(files::read(outside / "kept", 100) == "kept");
}

TEST_CASE("a root file system is found where it is, or in the one folder around it")
{
    Trees trees;
    trees.root.directory("usr/bin").directory("other");
    CHECK(build::find_root(trees.root.root()) == trees.root.root());

    const auto old = TreeMaker(trees.directory.path() / "old").directory("bin").root();
    CHECK(build::find_root(old) == old);

    const auto around = TreeMaker(trees.directory.path() / "around").directory("root.x86_64/usr/bin").root();
    CHECK(build::find_root(around) == around / "root.x86_64");
}

TEST_CASE("an archive that is no root file system says what it is")
{
    Trees trees;
    const auto beside =
        TreeMaker(trees.directory.path() / "beside").directory("rootfs/usr/bin").file("metadata.yaml", "x").root();
    CHECK_FAILS(Code::corrupt, "/rootfs in it is one, beside others", build::find_root(beside));

    const auto deep = TreeMaker(trees.directory.path() / "deep").directory("a/b/usr/bin").root();
    CHECK_FAILS(Code::corrupt, "neither /usr/bin nor /bin", build::find_root(deep));

    const auto outside = TreeMaker(trees.directory.path() / "outside").directory("usr/bin").root();
    const auto linked = TreeMaker(trees.directory.path() / "linked").link("root", outside.string()).root();
    CHECK_FAILS(Code::corrupt, "neither /usr/bin nor /bin", build::find_root(linked));
}

TEST_CASE("links to places that last, as systems that are images have them, become the directories")
{
    Trees trees;
    const auto& root = trees.root.file("usr/bin/true", "")
                           .link("home", "var/home")
                           .link("root", "/var/roothome")
                           .link("media", "run/media/")
                           .link("opt", "./var/opt")
                           .file("var/opt/shipped", "shipped")
                           .root();

    build::settle_base(root);

    for (const auto* place : {"home", "root", "media", "mnt", "opt"}) {
        const bool is_expected = fs::is_directory(fs::symlink_status(root / place)) || !fs::exists(root / place);
        CHECK_MESSAGE(is_expected, place);
    }
    CHECK(files::read(root / "opt/shipped", 100) == "shipped");
    CHECK(fs::read_symlink(root / "var/home") == "../home");
    CHECK(fs::read_symlink(root / "var/roothome") == "../root");
    CHECK(fs::read_symlink(root / "var/opt") == "../opt");
    CHECK_FALSE(fs::exists(root / "run/media"));
}

TEST_CASE("a link at the top that leads elsewhere is refused, and nothing outside is touched")
{
    for (const auto* target : {"/etc", "../var/home", "var/../../victim", "var", "/"}) {
        Trees trees;
        const auto& root = trees.root.file("usr/bin/true", "").file("etc/kept", "").link("home", target).root();

        CAPTURE(target);
        CHECK_FAILS(Code::corrupt, "/home is a symbolic link", build::settle_base(root));
        CHECK(fs::exists(root / "etc/kept"));
    }
}
