// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/removal.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include <fcntl.h>
#include <sys/resource.h>

using namespace qpkg;
using namespace qpkg::testing;

TEST_CASE("a tree is removed with its links, and nothing they lead to")
{
    const auto directory = scratch();
    const auto victim = TreeMaker(directory.path() / "victim").file("kept", "kept").root();
    const auto tree = TreeMaker(directory.path() / "tree")
                          .file("a/b/file", "x", 0400)
                          .link("a/absolute", victim.string())
                          .link("relative", "../victim")
                          .root();
    fs::create_directory_symlink(victim, directory.path() / "link");

    files::remove_tree(tree);
    files::remove_tree(directory.path() / "link");
    files::remove_tree(tree);

    CHECK_FALSE(fs::exists(tree));
    CHECK_FALSE(fs::exists(fs::symlink_status(directory.path() / "link")));
    CHECK(files::read(victim / "kept", 100) == "kept");
}

TEST_CASE("a tree deeper than descriptors may be open or paths be long is removed")
{
    const auto directory = scratch();
    const auto top = directory.path() / "deep";
    fs::create_directories(top / ".qpkg-removed-0");
    Fd place(files::open(top, O_PATH | O_DIRECTORY));
    for (int depth = 0; depth < 3000; ++depth) {
        REQUIRE(::mkdirat(place.get(), "directory", 0755) == 0);
        place = Fd(::openat(place.get(), "directory", O_PATH | O_DIRECTORY | O_CLOEXEC));
    }

    struct rlimit before {};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const struct rlimit few {
        256, before.rlim_max
    };
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    const bool is_removed = files::try_remove_tree(top);
    ::setrlimit(RLIMIT_NOFILE, &before);

    CHECK(is_removed);
    CHECK_FALSE(fs::exists(top));
}

TEST_CASE("a file is removed, and what cannot be removed is said")
{
    const auto directory = scratch();
    const auto file = TreeMaker(directory.path() / "tree").file("file", "x").root() / "file";

    files::remove_tree(file);

    CHECK_FALSE(fs::exists(file));
    CHECK(files::try_remove_tree(file / "below" / "a" / "file"));
    CHECK_FALSE(files::try_remove_tree("/proc/self/status"));
}
