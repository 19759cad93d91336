// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/base_tree.hpp"

#include "support/expect.hpp"

#include "qpkg/base/files.hpp"

#include <fstream>

using namespace qpkg;

namespace fs = std::filesystem;

namespace {

struct Trees {
    files::TemporaryDirectory directory{fs::temp_directory_path()};
    fs::path root = directory.path() / "root";
    fs::path guest = directory.path() / "guest";

    void write(const fs::path& path, const std::string& text, unsigned mode) const
    {
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
        fs::permissions(path, fs::perms(mode));
    }
    unsigned mode(const fs::path& path) const { return static_cast<unsigned>(fs::status(root / path).permissions()); }
};

} // namespace

TEST_CASE("a base receives the files of a guest, whatever umask they were made with")
{
    const Trees trees;
    trees.write(trees.root / "usr/lib/of-base", "base", 0600);
    trees.write(trees.guest / "usr/lib/qpkg/agent", "agent", 0775);
    trees.write(trees.guest / "usr/lib/qpkg.conf", "conf", 0660);
    fs::create_symlink("qpkg.conf", trees.guest / "usr/lib/link");
    fs::permissions(trees.guest / "usr/lib/qpkg", fs::perms{0700});

    build::add_guest_files(trees.root, trees.guest);
    build::add_guest_files(trees.root, trees.guest);

    CHECK(trees.mode("usr/lib/qpkg") == 0755);
    CHECK(trees.mode("usr/lib/qpkg/agent") == 0755);
    CHECK(trees.mode("usr/lib/qpkg.conf") == 0644);
    CHECK(trees.mode("usr/lib/of-base") == 0600);
    CHECK(fs::read_symlink(trees.root / "usr/lib/link") == "qpkg.conf");
    CHECK(files::read(trees.root / "usr/lib/qpkg/agent", 100) == "agent");
}

TEST_CASE("no link of a base leads a guest's file out of it")
{
    const Trees trees;
    trees.write(trees.directory.path() / "outside/kept", "kept", 0644);
    trees.write(trees.guest / "etc/file", "file", 0644);
    fs::create_directories(trees.root);
    fs::create_symlink(trees.directory.path() / "outside", trees.root / "etc");

    CHECK_FAILS(Code::corrupt, "no directory /etc", build::add_guest_files(trees.root, trees.guest));

    fs::remove(trees.root / "etc");
    fs::create_directories(trees.root / "etc");
    fs::create_symlink(trees.directory.path() / "outside/kept", trees.root / "etc/file");
    build::add_guest_files(trees.root, trees.guest);
    CHECK(files::read(trees.directory.path() / "outside/kept", 100) == "kept");
}
