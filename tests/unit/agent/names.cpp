// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/names.hpp"

#include "agent/base_names.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto hello = AppId::require("org.example.hello");
const auto other = AppId::require("org.example.other");

/// A qube whose root and volumes are directories.
struct Qube {
    files::TemporaryDirectory folder{fs::temp_directory_path()};
    QubePaths layout{folder.path() / "run/qpkg", folder.path() / "root"};

    void put(const fs::path& file, std::string_view bytes = "x") const
    {
        fs::create_directories(file.parent_path());
        write_file(file, bytes);
    }

    /// What is exported, without qpkg's own programs and the list of types.
    std::map<std::string, std::string> shown(const std::vector<AppExports>& apps) const
    {
        auto planned = plan_exports(layout, apps);
        CHECK(planned.bin.erase("qpkg-run") == 1);
        planned.bin.erase("xdg-open");
        planned.share.erase("applications/mimeinfo.cache");
        std::map<std::string, std::string> all;
        for (const auto* tree : {&planned.bin, &planned.share}) {
            for (const auto& [name, file] : *tree) {
                all.emplace(name, file.content);
            }
        }
        return all;
    }
};

AppExports command(const AppId& app, const std::string& name, Rank rank = Rank::first)
{
    return {app, {{.kind = ExportKind::command, .name = name, .path = "/usr/bin/" + name, .rank = rank}}, "line"};
}

NameRuling ruling(const std::string& name, const std::string& instead = {})
{
    return {{ExportKind::command, name}, instead};
}

} // namespace

TEST_CASE("without a word of the host first names come before second ones, then the lower app id")
{
    const Qube qube;

    const auto holder = [&](Rank lower, Rank higher) {
        return names_in_qube(qube.layout, {command(hello, "x", lower), command(other, "x", higher)})
            .at({ExportKind::command, "x"});
    };

    CHECK(holder(Rank::first, Rank::first) == hello);
    CHECK(holder(Rank::first, Rank::second) == hello);
    CHECK(holder(Rank::second, Rank::first) == other);
    CHECK(holder(Rank::second, Rank::second) == hello);
}

TEST_CASE("of two apps with names of one rank the one whose turn is earlier has it, whatever their ids")
{
    const Qube qube;
    const auto holder = [&](Rank lower, std::uint64_t lower_turn, Rank higher, std::uint64_t higher_turn) {
        auto apps = std::vector{command(hello, "x", lower), command(other, "x", higher)};
        apps[0].turn = lower_turn;
        apps[1].turn = higher_turn;
        return names_in_qube(qube.layout, apps).at({ExportKind::command, "x"});
    };

    CHECK(holder(Rank::second, 7, Rank::second, 3) == other);
    CHECK(holder(Rank::second, 3, Rank::second, 7) == hello);
    CHECK(holder(Rank::first, 7, Rank::second, 3) == hello);
    CHECK(holder(Rank::first, 3, Rank::first, 3) == hello);
}

TEST_CASE("the host takes a name from an app, or has it called otherwise")
{
    const Qube qube;
    auto gives_way = command(hello, "x");
    gives_way.rulings = {ruling("x")};
    auto renamed = command(hello, "x");
    renamed.rulings = {ruling("x", "y")};

    CHECK(qube.shown({gives_way, command(other, "x", Rank::second)}) ==
          std::map<std::string, std::string>{
              {"x", "#!" + qube.layout.runner().string() + " --launch=org.example.other:x\n"}});
    CHECK(qube.shown({renamed, command(other, "y", Rank::second)}) ==
          std::map<std::string, std::string>{
              {"y", "#!" + qube.layout.runner().string() + " --launch=org.example.hello:x\n"}});
    CHECK(qube.shown({gives_way}).empty());
}

TEST_CASE("a name that the base has anywhere on a PATH is no app's, and a first name is missed aloud")
{
    for (const auto* place : {"usr/bin/x", "usr/sbin/x", "usr/local/bin/x", "usr/local/sbin/x", "usr/games/x",
                              "usr/local/games/x", "bin/x", "sbin/x"}) {
        CAPTURE(place);
        const Qube qube;
        qube.put(qube.layout.root / place);

        CHECK(qube.shown({command(hello, "x"), command(other, "y")}).size() == 1);
        CHECK(plan_exports(qube.layout, {command(hello, "x")}).notes ==
              std::vector<std::string>{"org.example.hello: not exported, the base has it: x"});
        CHECK(plan_exports(qube.layout, {command(hello, "x", Rank::second)}).notes.empty());
    }
}

TEST_CASE("the base is looked at where views cover it, and the agent's own links are not the base's")
{
    const Qube qube;
    qube.put(qube.layout.base() / "usr/bin/x");
    const auto links = qube.layout.base() / "usr/local/share/applications";
    fs::create_directories(links);
    fs::create_symlink(qube.layout.share() / "applications/hello.desktop", links / "hello.desktop");
    fs::create_symlink("/nowhere", links / "other.desktop");

    BaseNames base(qube.layout);
    CHECK(base.has({ExportKind::command, "x"}));
    CHECK_FALSE(base.has({ExportKind::desktop, "x"}));
    CHECK_FALSE(base.has({ExportKind::desktop, "hello.desktop"}));
    CHECK(base.has({ExportKind::desktop, "other.desktop"}));
    CHECK(base.has({ExportKind::command, "qpkg-run"}));
}

TEST_CASE("a desktop entry has the name that the host gives it, with its types")
{
    const Qube qube;
    const std::string path = "/usr/share/applications/a.desktop";
    qube.put(qube.layout.volume(hello).string() + path,
             "[Desktop Entry]\nType=Application\nName=A\nExec=a\nMimeType=text/html;\n");
    AppExports app{hello, {{ExportKind::desktop, "a.desktop", path}}, "line"};
    app.rulings = {{{ExportKind::desktop, "a.desktop"}, "b.desktop"}};

    auto planned = plan_exports(qube.layout, {app});

    CHECK(planned.share.contains("applications/b.desktop"));
    CHECK(planned.share.at("applications/mimeinfo.cache").content == "[MIME Cache]\ntext/html=b.desktop;\n");
}

TEST_CASE("all files of an icon are those of the app that has its name")
{
    const Qube qube;
    const auto icon = [](const AppId& app, const std::string& size, Rank rank) {
        return AppExports{app,
                          {{.kind = ExportKind::icon,
                            .name = "x",
                            .path = "/usr/share/icons/hicolor/" + size + "/apps/x.png",
                            .rank = rank}},
                          "line"};
    };

    const auto shown = qube.shown({icon(hello, "16x16", Rank::second), icon(other, "48x48", Rank::first)});

    REQUIRE(shown.size() == 1);
    CHECK(shown.begin()->first == "icons/hicolor/48x48/apps/x.png");
}
