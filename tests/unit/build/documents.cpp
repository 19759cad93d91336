// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/documents.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include <fcntl.h>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

/// What `gzip -n9` makes of "hello\n".
const std::string packed("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06"
                         "\x00\x00\x00",
                         26);

struct Documents {
    files::TemporaryDirectory directory = scratch();
    TreeMaker tree{directory.path() / "tree"};
    TreeMaker base{directory.path() / "base"};

    void unpack() const { build::unpack_documents(tree.root(), files::open(base.root(), O_PATH | O_DIRECTORY)); }
    std::string text(const fs::path& path) const { return files::read(tree.root() / path, 1000); }
    std::string target(const fs::path& path) const { return fs::read_symlink(tree.root() / path).string(); }
    bool has(const fs::path& path) const { return fs::exists(fs::symlink_status(tree.root() / path)); }
};

} // namespace

TEST_CASE("documentation is unpacked, and only that")
{
    Documents documents;
    documents.tree.file("usr/share/man/man1/a page.1.gz", packed)
        .file("usr/share/doc/a/changelog.gz", packed)
        .file("usr/share/info/a.info.gz", packed)
        .file("usr/share/a/data.gz", packed)
        .file("usr/share/doc/a/.gz", packed);

    documents.unpack();

    CHECK(documents.text("usr/share/man/man1/a page.1") == "hello\n");
    CHECK(documents.text("usr/share/doc/a/changelog") == "hello\n");
    CHECK(documents.text("usr/share/info/a.info") == "hello\n");
    CHECK(!documents.has("usr/share/doc/a/changelog.gz"));
    CHECK(documents.text("usr/share/a/data.gz") == packed);
    CHECK(documents.text("usr/share/doc/a/.gz") == packed);
}

TEST_CASE("links follow what was unpacked")
{
    Documents documents;
    documents.tree.file("usr/share/man/man1/a.1.gz", packed)
        .link("usr/share/man/man1/b.1.gz", "a.1.gz")
        .link("usr/share/man/man1/editor.1.gz", "/etc/alternatives/editor.1.gz")
        .link("etc/alternatives/editor.1.gz", "/usr/share/man/man1/b.1.gz")
        .link("usr/share/man/man1/of-base.1.gz", "/etc/alternatives/of-base.1.gz")
        .link("usr/share/doc/b", "a")
        .file("usr/share/doc/a/changelog.gz", packed)
        .link("usr/share/doc/c/changelog", "../b/changelog.gz");

    documents.unpack();

    CHECK(documents.target("usr/share/man/man1/b.1") == "a.1");
    CHECK(documents.target("etc/alternatives/editor.1") == "/usr/share/man/man1/b.1");
    CHECK(documents.target("usr/share/man/man1/editor.1") == "/etc/alternatives/editor.1");
    CHECK(documents.target("usr/share/man/man1/of-base.1.gz") == "/etc/alternatives/of-base.1.gz");
    CHECK(documents.target("usr/share/doc/c/changelog") == "../b/changelog");
    for (const auto* old : {"usr/share/man/man1/b.1.gz", "usr/share/man/man1/editor.1.gz"}) {
        CHECK(!documents.has(old));
    }
}

TEST_CASE("what a link puts in place of a page of the base stays as it is")
{
    Documents documents;
    documents.base.link("etc/alternatives/awk.1.gz", "/usr/share/man/man1/mawk.1.gz")
        .link("usr/share/man/man1/awk.1.gz", "/etc/alternatives/awk.1.gz");
    documents.tree.file("usr/share/man/man1/gawk-5.1.gz", packed)
        .file("usr/share/man/man1/other.1.gz", packed)
        .link("usr/share/man/man1/gawk.1.gz", "gawk-5.1.gz")
        .link("etc/alternatives/awk.1.gz", "/usr/share/man/man1/gawk.1.gz");

    documents.unpack();

    CHECK(documents.target("etc/alternatives/awk.1.gz") == "/usr/share/man/man1/gawk.1.gz");
    CHECK(documents.target("usr/share/man/man1/gawk.1.gz") == "gawk-5.1.gz");
    CHECK(documents.text("usr/share/man/man1/gawk-5.1.gz") == packed);
    CHECK(documents.text("usr/share/man/man1/other.1") == "hello\n");
}

TEST_CASE("what was unpacked, and a link that follows it, keep their times")
{
    Documents documents;
    documents.tree.file("usr/share/man/man1/a.1.gz", packed).link("usr/share/man/man1/b.1.gz", "a.1.gz");

    documents.unpack();

    for (const auto* name : {"usr/share/man/man1/a.1", "usr/share/man/man1/b.1"}) {
        struct stat info {};
        REQUIRE(::lstat((documents.tree.root() / name).c_str(), &info) == 0);
        CHECK(info.st_mtim.tv_sec == TreeMaker::usual_time);
    }
}

TEST_CASE("what cannot be unpacked stays as it is")
{
    Documents documents;
    documents.base.file("usr/share/doc/shadow/changelog.gz", "older");
    documents.tree.file("usr/share/doc/shadow/changelog.gz", packed)
        .file("usr/share/doc/damaged/changelog.gz", "this is no gzip")
        .file("usr/share/doc/twice/changelog.gz", packed)
        .file("usr/share/doc/twice/changelog", "mine")
        .file("usr/share/doc/linked/changelog.gz", packed)
        .file("usr/share/doc/linked/news", "mine")
        .link("usr/share/doc/linked/news.gz", "changelog.gz");

    documents.unpack();

    CHECK(documents.text("usr/share/doc/shadow/changelog.gz") == packed);
    CHECK(documents.text("usr/share/doc/damaged/changelog.gz") == "this is no gzip");
    CHECK(documents.text("usr/share/doc/twice/changelog.gz") == packed);
    CHECK(documents.text("usr/share/doc/twice/changelog") == "mine");
    CHECK(documents.target("usr/share/doc/linked/news.gz") == "changelog");
    CHECK(documents.text("usr/share/doc/linked/news") == "mine");
}

TEST_CASE("links that lead out of the tree hide nothing of it, and nothing outside is unpacked or moved")
{
    Documents documents;
    const auto outside = TreeMaker(documents.directory.path() / "outside").file("a.1.gz", packed).root();
    documents.tree.file("usr/share/man/man1/a.1.gz", packed)
        .link("usr/share/doc", outside.string())
        .link("usr/share/man/man1/b.1.gz", "/usr/share/doc/a.1.gz")
        .link("usr/share/man/man1/c.1.gz", "../../../../../outside/a.1.gz");

    documents.unpack();

    CHECK(documents.text("usr/share/man/man1/a.1") == "hello\n");
    CHECK(documents.target("usr/share/man/man1/b.1.gz") == "/usr/share/doc/a.1.gz");
    CHECK(documents.target("usr/share/man/man1/c.1.gz") == "../../../../../outside/a.1.gz");
    CHECK(files::read(outside / "a.1.gz", 100) == packed);
    CHECK(std::distance(fs::directory_iterator(outside), fs::directory_iterator()) == 1);
    CHECK(std::distance(fs::directory_iterator(documents.directory.path()), fs::directory_iterator()) == 3);
}
