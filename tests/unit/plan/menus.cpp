// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/menus.hpp"

#include "support/expect.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

KnownRelease release_with(std::string_view app, std::uint64_t sequence, const std::string& desktop,
                          std::optional<MenuEntry> menu)
{
    auto known = a_known_release(app, sequence);
    known.release.exports.push_back(
        {ExportKind::desktop, desktop, "/usr/share/applications/" + desktop, std::move(menu)});
    return known;
}

const auto work = QubeName::require("work");

} // namespace

TEST_CASE("a qube's menu shows what the releases of its current generation say")
{
    const auto hello = release_with("org.example.hello", 1, "hello.desktop", MenuEntry{"Hello", "hello", {"Utility"}});
    const auto hidden = release_with("org.example.hidden", 1, "hidden.desktop", std::nullopt);

    const auto menus = plan::wanted_menus(with_installed(a_snapshot(), "work", {hello, hidden}));

    CHECK(menus == std::vector<Menu>{{work, {{"hello.desktop", {"Hello", "hello", {"Utility"}}}}, {}}});
}

TEST_CASE("what another generation showed is to be taken away")
{
    const auto first = release_with("org.example.hello", 1, "old.desktop", MenuEntry{"Old"});
    const auto second = release_with("org.example.hello", 2, "new.desktop", MenuEntry{"New"});

    const auto menus =
        plan::wanted_menus(with_installed(with_installed(a_snapshot(), "work", {first}), "work", {second}));

    CHECK(menus == std::vector<Menu>{{work, {{"new.desktop", {"New"}}}, {"old.desktop"}}});
}

TEST_CASE("of two apps with one desktop entry the first is shown")
{
    const auto one = release_with("org.example.a", 1, "same.desktop", MenuEntry{"One"});
    const auto two = release_with("org.example.b", 1, "same.desktop", MenuEntry{"Two"});

    const auto menus = plan::wanted_menus(with_installed(a_snapshot(), "work", {two, one}));

    CHECK(menus.at(0).items == std::vector<MenuItem>{{"same.desktop", {"One"}}});
}
