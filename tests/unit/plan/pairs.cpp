// SPDX-License-Identifier: LGPL-2.1-or-later
// Pairs of real apps in one qube: what they export is what `qpkg build --from deb:NAME` makes of Debian 12's packages.
#include "plan/names.hpp"
#include "plan/plan.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

#include "qpkg/core/text.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");

/// Words are KIND:NAME.
void add(std::vector<Export>& exports, Rank rank, const std::string& words)
{
    for (const auto& word : text::split(words, ' ')) {
        const auto colon = word.find(':');
        exports.push_back({.kind = *kind_named(word.substr(0, colon)),
                           .name = word.substr(colon + 1),
                           .path = "/usr/" + word.substr(colon + 1),
                           .rank = rank});
    }
}

KnownRelease app(const std::string& id, const std::string& first, const std::string& second)
{
    auto known = a_known_release(id, 1);
    known.release.exports.clear();
    add(known.release.exports, Rank::first, first);
    add(known.release.exports, Rank::second, second);
    return known;
}

const auto firefox = app("org.debian.firefox-esr", "command:firefox-esr desktop:firefox-esr.desktop",
                         "command:firefox command:gnome-www-browser command:x-www-browser icon:firefox-esr");
const auto chromium = app("org.debian.chromium", "command:chromium desktop:chromium.desktop",
                          "command:gnome-www-browser command:x-www-browser icon:chromium");
const std::string office = "command:libreoffice command:loffice command:lofromtemplate command:soffice command:unopkg "
                           "desktop:libreoffice-startcenter.desktop desktop:libreoffice-xsltfilter.desktop "
                           "icon:libreoffice-startcenter mime:libreoffice.xml";
const auto writer =
    app("org.debian.libreoffice-writer", "command:loweb command:lowriter desktop:libreoffice-writer.desktop", office);
const auto calc = app("org.debian.libreoffice-calc", "command:localc desktop:libreoffice-calc.desktop", office);
const auto evince = app("org.debian.evince",
                        "command:evince command:evince-previewer command:evince-thumbnailer "
                        "dbus:org.gnome.evince.Daemon desktop:org.gnome.Evince-previewer.desktop "
                        "desktop:org.gnome.Evince.desktop service:org.gnome.Evince.service",
                        "dbus:ca.desrt.dconf icon:org.gnome.Evince");
const auto hexchat = app("org.debian.hexchat",
                         "command:hexchat dbus:org.hexchat.service "
                         "desktop:io.github.Hexchat.desktop",
                         "dbus:ca.desrt.dconf icon:io.github.Hexchat");
const auto emacs = app("org.debian.emacs-gtk", "command:emacs-gtk",
                       "command:ctags command:ebrowse command:editor command:emacs command:emacsclient command:etags "
                       "desktop:emacs-term.desktop desktop:emacs.desktop icon:emacs");
const auto vim = app("org.debian.vim-gtk3", "command:vim.gtk3",
                     "command:editor command:evim command:ex command:gvim command:vi command:view command:vim "
                     "desktop:gvim.desktop desktop:vim.desktop icon:gvim");
const std::string java = "command:java command:jexec command:jpackage command:keytool command:rmiregistry";
const auto old_java = app("org.debian.openjdk-11-jre-headless", "desktop:openjdk-11-java.desktop", java);
const auto new_java = app("org.debian.openjdk-17-jre-headless", "desktop:openjdk-17-java.desktop", java);

} // namespace

TEST_CASE("ordinary pairs go into one qube in either order, and the earlier one keeps what both have")
{
    for (const auto& [a, b] : {std::pair(&firefox, &chromium), std::pair(&writer, &calc), std::pair(&evince, &hexchat),
                               std::pair(&emacs, &vim), std::pair(&old_java, &new_java)}) {
        for (const auto& [earlier, later] : {std::pair(a, b), std::pair(b, a)}) {
            CAPTURE(earlier->release.app.text());
            auto snapshot = a_snapshot();
            for (const auto* release : {earlier, later}) {
                snapshot =
                    after(snapshot, plan::plan_install(snapshot, {*release}, {work}, {3000, "qpkg", 26, {}, {}}));
            }

            const auto& now = snapshot.find_qube(work)->current_generation();
            CHECK(now.bindings.size() == 2);
            CHECK_FALSE(now.holders.empty());
            for (const auto& [key, holder] : now.holders) {
                CHECK(holder == earlier->release.app);
            }
        }
    }
}
