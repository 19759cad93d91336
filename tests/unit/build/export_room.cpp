// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/export_room.hpp"

#include "repo-format/repo/manifest.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::build;

namespace {

const auto tex = AppId::require("org.debian.tex");

Export command(const std::string& name, Rank rank)
{
    return {.kind = ExportKind::command, .name = name, .path = "/usr/bin/" + name, .rank = rank};
}

std::vector<std::string> kept(const ExportChoice& choice)
{
    std::vector<std::string> names;
    for (const auto& made : choice.exports) {
        names.push_back(made.name);
    }
    return names;
}

} // namespace

TEST_CASE("where the manifest has no room for all names, the best stay, and each that goes is told")
{
    const ExportChoice all{
        {{.kind = ExportKind::icon, .name = "tex", .path = "/usr/share/pixmaps/tex.png", .rank = Rank::second},
         command("bibtex", Rank::second),
         command("latex", Rank::first)},
        {}};
    const auto size = [](const Export& made) { return size_in_manifest(tex, made); };
    const auto both = size(all.exports[1]) + size(all.exports[2]);

    CHECK(fit_exports(tex, all, both + size(all.exports[0])).findings.empty());
    CHECK(kept(fit_exports(tex, all, both)) == std::vector<std::string>{"latex", "bibtex"});
    CHECK(kept(fit_exports(tex, all, both - 1)) == std::vector<std::string>{"latex"});
    CHECK(fit_exports(tex, all, both).findings ==
          std::vector<Finding>{{"room", "/usr/share/pixmaps/tex.png", "not exported: no room in the manifest"}});
    CHECK(fit_exports(tex, all, 0).findings.size() == 3);
}
