// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/foreign_tree.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include <fcntl.h>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// A tree with links that lead out of it, by an absolute path and by many steps up.
struct Trap {
    files::TemporaryDirectory directory = scratch();
    TreeMaker victim{directory.path() / "victim"};
    TreeMaker maker{directory.path() / "tree"};

    Trap()
    {
        victim.file("kept", "kept").directory("inner");
        maker.directory("usr/lib")
            .link("usr/absolute", victim.root().string())
            .link("usr/relative", "../../victim")
            .link("usr/file", (victim.root() / "kept").string())
            .file("usr/plain", "plain");
    }

    ForeignTree tree() const { return ForeignTree(maker.root()); }
    bool victim_is_whole() const
    {
        return listing(victim.root()).size() == 2 && files::read(victim.root() / "kept", 100) == "kept";
    }
};

} // namespace

TEST_CASE("nothing of a foreign tree is reached through a link, whatever is done")
{
    const Trap trap;
    const auto tree = trap.tree();
    for (const std::string way : {"/usr/absolute", "usr/relative"}) {
        CAPTURE(way);
        const auto words = way.substr(way.find("usr")) + " is a symbolic link, where a directory must be";
        CHECK_FAILS(Code::corrupt, words, tree.write(way + "/new", "bad"));
        CHECK_FAILS(Code::corrupt, words, tree.write(way + "/inner/new", "bad"));
        CHECK_FAILS(Code::corrupt, words, tree.make_directories(way + "/new/deep"));
        CHECK_FAILS(Code::corrupt, words, tree.make_directories(way));
        CHECK_FAILS(Code::corrupt, words, tree.make_symlink(way + "/new", "x"));
        CHECK_FAILS(Code::corrupt, words, tree.make_hard_link(way + "/new", "usr/plain"));
        CHECK_FAILS(Code::corrupt, words, tree.move("usr/plain", tree, way + "/new"));
        CHECK_FAILS(Code::corrupt, words, tree.remove(way + "/kept"));
        CHECK_FAILS(Code::corrupt, words, tree.remove(way + "/inner/x"));
        CHECK_FAILS(Code::corrupt, words, tree.read(way + "/kept", 100));
        CHECK_FAILS(Code::corrupt, words, tree.set_mode(way + "/kept", 0600));
        CHECK_FAILS(Code::corrupt, words, tree.walk(way + "/inner", [](const auto&) {}));
        CHECK_FALSE(tree.look(way + "/kept"));
        CHECK_FALSE(tree.has_directory(way));
        CHECK(tree.list(way).empty());
    }
    CHECK_FAILS(Code::corrupt, "holds \"..\"", tree.write("../victim/new", "bad"));
    CHECK_FAILS(Code::corrupt, "is no regular file", tree.read("usr/file", 100));
    CHECK(trap.victim_is_whole());
}

TEST_CASE("a link at the end of a path is replaced or removed itself")
{
    const Trap trap;
    const auto tree = trap.tree();

    tree.write("usr/file", "mine");
    tree.remove("usr/absolute");

    CHECK(tree.read("/usr/file", 100) == "mine");
    CHECK_FALSE(tree.look("usr/absolute"));
    CHECK(trap.victim_is_whole());
}

TEST_CASE("a foreign tree is walked in order, and links are shown as links")
{
    const Trap trap;
    std::vector<std::string> paths;

    trap.tree().walk("", [&](const ForeignTree::Entry& entry) {
        paths.push_back(entry.path + (S_ISLNK(entry.info.st_mode) ? " link" : ""));
    });

    CHECK(paths == std::vector<std::string>{"/usr", "/usr/absolute link", "/usr/file link", "/usr/lib", "/usr/plain",
                                            "/usr/relative link"});
}

TEST_CASE("what is made in a foreign tree has its mode whatever the umask, and a pipe never makes anybody wait")
{
    const Trap trap;
    const auto tree = trap.tree();
    const auto before = ::umask(077);
    tree.write("/usr/share/new/file", "text");
    ::umask(before);

    CHECK((tree.look("usr/share")->st_mode & 07777U) == 0755);
    CHECK((tree.look("usr/share/new/file")->st_mode & 07777U) == 0644);
    REQUIRE(::mkfifo((trap.maker.root() / "pipe").c_str(), 0644) == 0);
    CHECK_FAILS(Code::corrupt, "is no regular file", tree.read("pipe", 100));
    CHECK_FAILS(Code::not_found, "/absent", tree.read("absent", 100));
}
