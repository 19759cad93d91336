// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/extensions.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/foreign_tree.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto types = AppId::require("org.example.types");

VolumeSlot slot(const std::string& app, const std::string& point)
{
    return {.app = AppId::require(app),
            .version = "1",
            .volume = VolumeId(sha256(app)),
            .extends = PointName::parse(point)};
}

/// A qube whose base knows PDF, and a volume with one source of types.
struct World {
    files::TemporaryDirectory folder{std::filesystem::temp_directory_path()};
    QubePaths layout{folder.path() / "run", folder.path()};

    explicit World(const std::string& pattern)
    {
        const ForeignTree tree(folder.path());
        tree.write("/run/base/usr/share/mime/globs2", "# made\n50:application/pdf:*.pdf\n");
        tree.write("/run/volumes/org.example.types/usr/share/mime/packages/x.xml",
                   "<mime-info><mime-type type='a/x'><glob pattern='" + pattern + "'/></mime-type></mime-info>");
        tree.write("/run/volumes/org.example.types/usr/share/mime/mime.cache", "hostile");
    }
};

} // namespace

TEST_CASE("a view is made with the extensions of its own app, and with all that have fonts or locales")
{
    const std::vector<VolumeSlot> announced{slot("org.example.app", ""),
                                            slot("org.example.font", "qpkg.fonts"),
                                            slot("org.example.icon", "qpkg.icons"),
                                            slot("org.example.locale", "qpkg.locales"),
                                            slot("org.example.one", "org.example.app"),
                                            slot("org.example.two", "org.example.app/brushes"),
                                            slot("org.example.x", "org.example.application")};

    const auto found = extensions_of(AppId::require("org.example.app"), announced);
    CHECK(found.layers == std::vector{AppId::require("org.example.one"), AppId::require("org.example.two")});
    CHECK(found.fonts == std::vector{AppId::require("org.example.font")});
    CHECK(found.locales == std::vector{AppId::require("org.example.locale")});
    CHECK(found.lines.find("org.example.icon") == std::string::npos);
    CHECK(found.lines.find("org.example.locale") != std::string::npos);
    CHECK(extensions_of(AppId::require("org.example.other"), announced).layers.empty());
}

TEST_CASE("new types are a table of the agent's, what the base knows stays")
{
    const World good("*.hello");
    show_data(good.layout, slot(types.text(), "qpkg.mime"));
    const auto place = good.layout.data(types) / "share/mime";
    CHECK(files::read(place / "globs2", 1000) == "50:a/x:*.hello\n");
    CHECK(std::filesystem::exists(place / "packages/x.xml"));
    const auto compiled = files::read(place / "mime.cache", 1000);
    CHECK(compiled.find("a/x") != std::string::npos);
    CHECK(compiled.find("hostile") == std::string::npos);
    CHECK(data_folders(good.layout) == std::vector{(good.layout.data(types) / "share").string()});
    CHECK(data_folders(good.layout, "share/hunspell").empty());

    const World linked("*.hello");
    const auto share = linked.layout.volume(types) / "usr/share";
    std::filesystem::rename(share, linked.folder.path() / "elsewhere");
    std::filesystem::create_directory_symlink(linked.folder.path() / "elsewhere", share);
    show_data(linked.layout, slot(types.text(), "qpkg.mime"));
    CHECK(files::read(linked.layout.data(types) / "share/mime/globs2", 1000).empty());

    const World bad("*.PDF");
    CHECK_FAILS(Code::conflict, "x.xml: the base knows *.PDF", show_data(bad.layout, slot(types.text(), "qpkg.mime")));
    CHECK(data_folders(bad.layout).empty());
}
