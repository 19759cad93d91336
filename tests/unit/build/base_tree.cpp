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

    build::add_guest_files(root, guest);
    build::add_guest_files(root, guest);

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

    CHECK_FAILS(Code::corrupt, "no directory /etc", build::add_guest_files(root, guest));

    fs::remove(root / "etc");
    trees.root.link("etc/file", (outside / "kept").string());
    build::add_guest_files(root, guest);
    CHECK(files::read(outside / "kept", 100) == "kept");
}
