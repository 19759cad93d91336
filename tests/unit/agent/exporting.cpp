// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/exporting.hpp"

#include "agent/kept_menu.hpp"
#include "agent/mime_cache.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto hello = AppId::require("org.example.hello");
const std::string entry = "[Desktop Entry]\nType=Application\nName=A\nExec=a\n";

std::string bus_file(const std::string& name) { return "[D-BUS Service]\nName=" + name + "\nExec=/bin/a\n"; }

/// A qube with the base's own files, and the volume of one app.
class Qube {
public:
    void base(const std::string& path, std::string_view bytes = "") const { put(layout.base() / path, bytes); }

    void exports(ExportKind kind, const std::string& name, const std::string& path, std::string_view bytes)
    {
        put(layout.volume(hello).string() + path, bytes);
        app.exports.push_back({kind, name, path});
    }

    PlannedExports plan() const { return plan_exports(layout, {app}); }

    files::TemporaryDirectory folder{fs::temp_directory_path()};
    QubePaths layout{folder.path() / "run/qpkg", folder.path() / "root"};
    AppExports app{hello, {}, "org.example.hello 1.0"};

private:
    static void put(const fs::path& file, std::string_view bytes)
    {
        fs::create_directories(file.parent_path());
        write_file(file, bytes);
    }
};

std::vector<std::string> names(const PlannedTree& tree)
{
    std::vector<std::string> paths;
    for (const auto& [path, file] : tree) {
        paths.push_back(path.string());
    }
    return paths;
}

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("a desktop entry whose id the qube has gives way, wherever the qube has it")
{
    for (const auto* own : {"usr/share/applications/a-b.desktop", "usr/share/applications/a/b.desktop",
                            "usr/local/share/applications/a-b.desktop"}) {
        Qube qube;
        qube.exports(ExportKind::desktop, "a-b.desktop", "/usr/share/applications/a-b.desktop", entry);
        qube.exports(ExportKind::desktop, "c.desktop", "/usr/share/applications/c.desktop", entry);
        qube.base(own);

        const auto planned = qube.plan();

        CHECK(names(planned.share) == Words{"applications/c.desktop"});
        CHECK(planned.notes == Words{"org.example.hello: not exported, the base has it: a-b.desktop"});
        CHECK(planned.problems.empty());
    }
}

TEST_CASE("the types of an entry that gave way are not told")
{
    Qube qube;
    qube.exports(ExportKind::desktop, "a.desktop", "/usr/share/applications/a.desktop",
                 entry + "MimeType=text/html;\n");
    qube.base("usr/share/applications/a.desktop");

    CHECK(qube.plan().share.empty());
}

TEST_CASE("links that an earlier start made for the menu are not the qube's own")
{
    Qube qube;
    qube.exports(ExportKind::desktop, "a.desktop", "/usr/share/applications/a.desktop", entry);
    qube.base("usr/local/share/applications/x");
    fs::create_symlink(qube.layout.share() / "applications/a.desktop",
                       qube.layout.base() / "usr/local/share/applications/a.desktop");

    CHECK(names(qube.plan().share) == Words{"applications/a.desktop"});
}

TEST_CASE("an icon of a name that the qube has in any theme and size gives way")
{
    Qube qube;
    for (const auto* name : {"a", "b"}) {
        const auto path = std::string("/usr/share/icons/hicolor/512x512/apps/") + name + ".png";
        qube.exports(ExportKind::icon, name, path, "");
    }
    qube.base("usr/share/icons/Adwaita/16x16/apps/a.svg");

    CHECK(names(qube.plan().share) == Words{"icons/hicolor/512x512/apps/b.png"});

    qube.base("usr/share/pixmaps/b.xpm");
    CHECK(qube.plan().share.empty());
    CHECK(qube.plan().notes == Words{"org.example.hello: not exported, the base has it: a, b"});
}

TEST_CASE("a name of the session bus that the qube has gives way, whatever the qube's file is called")
{
    Qube qube;
    const std::string folder = "/usr/share/dbus-1/services/";
    for (const auto* name : {"org.a.One", "org.a.Two", "org.a.Three"}) {
        qube.exports(ExportKind::dbus, name, folder + name + ".service", bus_file(name));
    }
    qube.base(folder.substr(1) + "one.service", bus_file("org.a.One"));
    qube.base(folder.substr(1) + "org.a.Two.service", "nonsense");

    CHECK(names(qube.plan().share) == Words{"dbus-1/services/org.a.Three.service"});
}

TEST_CASE("names of an app's types are told where the base has no such name, and to whom reads a compiled table")
{
    Qube qube;
    qube.exports(ExportKind::desktop, "a.desktop", "/usr/share/applications/a.desktop",
                 entry + "MimeType=application/x-own;\n");
    const auto table = qube.layout.volume(hello) / "usr/share/mime/globs2";
    fs::create_directories(table.parent_path());
    write_file(table, "90:application/x-own:*.own\n50:application/x-own:*.pdf\n50:a/other:*.other\n");
    qube.base("usr/share/mime/globs2", "50:application/pdf:*.pdf\n");

    const auto planned = qube.plan();

    CHECK(names(planned.share) ==
          Words{"applications/a.desktop", "applications/mimeinfo.cache", "mime/globs2", "mime/mime.cache"});
    CHECK(planned.share.at("mime/globs2").content == "50:application/x-own:*.own\n");
    CHECK(planned.share.at("mime/mime.cache").content ==
          encode_mime_cache({{"application/x-own", "*.own", 50, false}}));

    const auto of_base = qube.layout.base() / "usr/share/mime/globs2";
    fs::remove(of_base);
    fs::create_directory(of_base);
    CHECK_FALSE(qube.plan().share.contains("mime/globs2"));
    CHECK(qube.plan().problems.size() == 1);
    fs::remove(of_base);

    fs::remove(table);
    fs::create_directory(table);
    CHECK_FALSE(qube.plan().share.contains("mime/globs2"));
    CHECK(qube.plan().problems.size() == 1);
}

TEST_CASE("of two apps that open a type, the one whose turn is earlier comes first")
{
    Qube qube;
    qube.exports(ExportKind::desktop, "a.desktop", "/usr/share/applications/a.desktop", entry + "MimeType=a/b;\n");
    const auto later = AppId::require("org.example.a");
    const auto file = qube.layout.volume(later) / "usr/share/applications/b.desktop";
    fs::create_directories(file.parent_path());
    write_file(file, entry + "MimeType=a/b;\n");
    AppExports other{later, {{ExportKind::desktop, "b.desktop", "/usr/share/applications/b.desktop"}}, "x"};
    const auto list = [&] {
        return plan_exports(qube.layout, {other, qube.app}).share.at("applications/mimeinfo.cache").content;
    };

    CHECK(list() == "[MIME Cache]\na/b=b.desktop;a.desktop;\n");
    other.turn = 7;
    CHECK(list() == "[MIME Cache]\na/b=a.desktop;b.desktop;\n");
}

TEST_CASE("the agent's xdg-open is there unless the base or an app has one")
{
    Qube qube;
    CHECK(qube.plan().bin.at("xdg-open") == PlannedFile{PlannedFile::Kind::link, qube.layout.runner().string()});

    qube.base("usr/bin/xdg-open");
    CHECK_FALSE(qube.plan().bin.contains("xdg-open"));

    Qube other;
    other.exports(ExportKind::command, "xdg-open", "/usr/bin/xdg-open", "");
    other.app.exports.back().rank = Rank::second;
    CHECK(other.plan().bin.at("xdg-open").kind == PlannedFile::Kind::program);
}
