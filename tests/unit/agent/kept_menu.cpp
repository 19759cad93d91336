// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/kept_menu.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

struct AppVm {
    AppVm()
    {
        fs::create_directories(layout.root / "rw/usrlocal/share/applications");
        fs::create_directories(layout.root / "usr");
        fs::create_directory_symlink("../rw/usrlocal", layout.root / "usr/local");
    }

    fs::path place(const std::string& name) const { return layout.root / "rw/usrlocal/share/applications" / name; }

    files::TemporaryDirectory folder{fs::temp_directory_path()};
    QubePaths layout{folder.path() / "run/qpkg", folder.path() / "root"};
};

PlannedTree share_with(const std::vector<std::string>& names)
{
    PlannedTree tree{{"icons/hicolor/48x48/apps/hello.png", {PlannedFile::Kind::link, "/hello.png"}},
                     {"applications/mimeinfo.cache", {PlannedFile::Kind::file, "[MIME Cache]\n"}}};
    for (const auto& name : names) {
        tree[fs::path("applications") / name] = {PlannedFile::Kind::file, "[Desktop Entry]\n"};
    }
    return tree;
}

} // namespace

TEST_CASE("an AppVM finds the desktop entries of its apps where Qubes looks, and not those of apps that are gone")
{
    const AppVm qube;

    link_desktop_entries(qube.layout, share_with({"hello.desktop", "other.desktop"}));
    CHECK(names_in(qube.place("")) == std::vector<std::string>{"hello.desktop", "other.desktop"});
    CHECK(fs::read_symlink(qube.place("hello.desktop")) == qube.layout.share() / "applications/hello.desktop");

    link_desktop_entries(qube.layout, share_with({"other.desktop"}));
    CHECK(names_in(qube.place("")) == std::vector<std::string>{"other.desktop"});
}

TEST_CASE("desktop entries of the qube's user stay what they are")
{
    const AppVm qube;
    write_file(qube.place("hello.desktop"), "mine");
    fs::create_symlink("/opt/mine.desktop", qube.place("mine.desktop"));

    link_desktop_entries(qube.layout, share_with({"hello.desktop"}));
    link_desktop_entries(qube.layout, share_with({}));

    CHECK(names_in(qube.place("")) == std::vector<std::string>{"hello.desktop", "mine.desktop"});
    CHECK(read_file(qube.place("hello.desktop"), 10) == "mine");
}

TEST_CASE("where /usr/local does not lie on /rw nothing is linked")
{
    const AppVm qube;
    fs::remove(qube.layout.root / "usr/local");
    fs::create_directories(qube.layout.root / "usr/local/share/applications");

    link_desktop_entries(qube.layout, share_with({"hello.desktop"}));

    CHECK(names_in(qube.layout.root / "usr/local/share/applications").empty());
    CHECK(names_in(qube.place("")).empty());
}
