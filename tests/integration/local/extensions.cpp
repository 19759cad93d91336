// SPDX-License-Identifier: LGPL-2.1-or-later
// What the agent shows of extensions, also of those that a host should have refused.
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const std::string program = "#!/bin/sh\necho ran\n";
using Files = std::map<std::string, std::string>;

const std::string types = "<mime-info><mime-type type='application/x-hello'><glob pattern='*.hello'/></mime-type>"
                          "</mime-info>";

VolumeSlot extension(LocalQubes& qubes, const std::string& id, const std::string& point, const Files& files)
{
    auto slot = qubes.app(id, files, {});
    slot.extends = PointName::require(point);
    return slot;
}

VolumeSlot an_app(LocalQubes& qubes)
{
    return qubes.app("org.example.good", {{"usr/bin/good", program}, {"usr/share/good/plug-ins/own", "own"}},
                     {{ExportKind::command, "good", "/usr/bin/good"}});
}

Output in_view(LocalQubes& qubes, const std::string& words)
{
    return run_in(qubes, work, {"qpkg-run", "--view=org.example.good", "sh", "-c", words});
}

/// One file of each kind that XDG_DATA_DIRS leads to.
const Files hostile{{"usr/share/fonts/a/b.ttf", "font"},
                    {"usr/share/icons/x/a.png", "icon"},
                    {"usr/share/dbus-1/services/org.x.service", "x"},
                    {"usr/share/systemd/user/x.service", "x"},
                    {"usr/share/vulkan/implicit_layer.d/x.json", "x"},
                    {"usr/share/bash-completion/completions/ls", "x"},
                    {"usr/share/glib-2.0/schemas/x.xml", "x"},
                    {"usr/share/thumbnailers/x.thumbnailer", "x"},
                    {"usr/share/applications/mimeapps.list", "x"},
                    {"usr/share/mime/mime.cache", "x"},
                    {"usr/share/mime/packages/x.xml", types},
                    {"usr/lib/locale/xx/LC_TIME", "x"},
                    {"usr/bin/hostile", program},
                    {"etc/hostile", "x"}};

} // namespace

TEST_CASE("of an extension every view finds the folders of its point, and nothing else that it holds")
{
    LocalQubes qubes;
    qubes.create(work, {an_app(qubes), extension(qubes, "org.example.data", "qpkg.fonts", hostile)});

    const auto result = in_view(
        qubes,
        "cd /run/qpkg/data; ls -d */* */share/* */share/*/*/*; echo ${XDG_DATA_DIRS%own/*} $LOCPATH; ls /etc/hostile; "
        "find /usr -name '*hostile*' -o -name 'x*'");

    CHECK(result.out == "org.example.data/announced\norg.example.data/share\norg.example.data/share/fonts\n"
                        "org.example.data/share/fonts/a/b.ttf\n"
                        "/usr/local/share:/usr/share:/run/qpkg/data/org.example.data/share:/run/qpkg/\n");
    CHECK(in_view(qubes, "echo x > /run/qpkg/data/org.example.data/share/fonts/a/b.ttf").status != 0);
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("dictionaries are found by the variable that leads to them")
{
    LocalQubes qubes;
    qubes.create(work, {an_app(qubes),
                        extension(qubes, "org.example.german", "qpkg.dictionaries",
                                  {{"usr/share/hunspell/de_DE.dic", "x"}, {"usr/share/myspell/dicts/de.dic", "x"}})});

    CHECK(in_view(qubes, "cat $DICPATH/de_DE.dic").out == "x");
    CHECK(in_view(qubes, "ls /run/qpkg/data/*/share").out == "hunspell\nmyspell\n");
}

TEST_CASE("locales of extensions lie beside those of app and base, and cover none of them")
{
    LocalQubes qubes;
    auto app = qubes.app("org.example.good",
                         {{"usr/bin/good", program},
                          {"usr/lib/locale/locale-archive", "the app's"},
                          {"usr/lib/locale/own/LC_TIME", "own"}},
                         {{ExportKind::command, "good", "/usr/bin/good"}});
    auto other = qubes.app("org.example.other", {{"usr/bin/other", program}}, {});
    const auto locales = [&](const std::string& id, const Files& files) {
        return extension(qubes, "org.example." + id, "qpkg.locales", files);
    };
    qubes.create(work, {app, other,
                        locales("german", {{"usr/lib/locale/de_DE.utf8/LC_TIME", "german"},
                                           {"usr/lib/locale/own/LC_TIME", "HOSTILE"},
                                           {"usr/bin/hostile", program}}),
                        locales("hostile", {{"usr/lib/locale/locale-archive", "HOSTILE"}}),
                        locales("tamil", {{"usr/lib/locale/ta_IN/LC_TIME", "tamil"}})});

    const auto result = in_view(qubes, "cd /usr/lib/locale; ls; cat */LC_TIME locale-archive; ls /usr/bin/hostile; "
                                       "echo $LOCPATH > /usr/lib/locale/x");
    CHECK(result.out == "de_DE.utf8\nlocale-archive\nown\nta_IN\ngermanowntamilthe app's");
    CHECK(result.err.find("org.example.hostile: skipped: locales are one folder each, and locale-archive is none") !=
          std::string::npos);
    CHECK(result.err.find("/usr/lib/locale/x: Read-only file system") != std::string::npos);
    CHECK(run_in(qubes, work, {"qpkg-run", "--view=org.example.other", "ls", "/usr/lib/locale"}).out ==
          "de_DE.utf8\nown\nta_IN\n");
    CHECK(run_in(qubes, work, {"ls", "/usr/lib/locale"}).status != 0);
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("types of an extension are a table that the agent makes, of sources that may say so")
{
    LocalQubes qubes;
    const auto source = [](const std::string& inside) {
        return Files{{"usr/share/mime/packages/x.xml",
                      "<mime-info><mime-type type='a/x'>" + inside + "</mime-type></mime-info>"},
                     {"usr/share/mime/mime.cache", "x"}};
    };
    qubes.create(work, {an_app(qubes), extension(qubes, "org.example.a", "qpkg.mime", source("<glob pattern='*.x'/>")),
                        extension(qubes, "org.example.b", "qpkg.mime", source("<glob pattern='*.y' weight='100'/>")),
                        extension(qubes, "org.example.c", "qpkg.mime", source("<glob-deleteall/>"))});

    const auto result = in_view(qubes, "cd /run/qpkg/data; ls -d * */share/* */share/mime/* */share/mime/*/*; "
                                       "cat */share/mime/globs2");

    CHECK(result.out == "org.example.a\norg.example.a/share/mime\norg.example.a/share/mime/globs2\n"
                        "org.example.a/share/mime/mime.cache\norg.example.a/share/mime/packages\norg.example.a/share/"
                        "mime/packages/x.xml\n50:a/x:*.x\n");
    CHECK(result.err.find("org.example.b: skipped: x.xml: line 1: weight is not a number up to 50") !=
          std::string::npos);
    CHECK(result.err.find("org.example.c: skipped: x.xml: line 1: glob-deleteall") != std::string::npos);
}

TEST_CASE("an extension of an app is in that app's view alone, and takes no file from app or base")
{
    LocalQubes qubes;
    auto other = qubes.app("org.example.other", {{"usr/bin/other", program}}, {});
    const auto plug = extension(qubes, "org.example.plug", "org.example.good",
                                {{"usr/share/good/plug-ins/own", "HOSTILE"},
                                 {"usr/share/good/plug-ins/more", "more"},
                                 {"usr/share/base-file", "HOSTILE"},
                                 {"etc/hostile", "x"}});
    qubes.create(work, {an_app(qubes), other, plug});

    CHECK(in_view(qubes, "cd /usr/share/good/plug-ins; cat own more; ls /etc/hostile; cat /usr/share/base-file")
              .out.find("HOSTILE") == std::string::npos);
    CHECK(in_view(qubes, "cd /usr/share/good/plug-ins; cat own more").out == "ownmore");
    CHECK(run_in(qubes, work, {"qpkg-run", "--view=org.example.other", "sh", "-c", "ls /usr/share"}).out.find("good") ==
          std::string::npos);
    CHECK(run_in(qubes, work, {"qpkg-run", "--view=org.example.plug", "sh", "-c", "true"}).status != 0);

    qubes.hypervisor().set_wanted(work, std::vector{an_app(qubes), other}, {});
    CHECK(in_view(qubes, "ls /usr/share/good/plug-ins").out == "own\n");
}

TEST_CASE("an extension that exports something or is broken is skipped, and the app works without it")
{
    LocalQubes qubes;
    auto exporting =
        qubes.app("org.example.plug", {{"usr/bin/x", program}}, {{ExportKind::command, "x", "/usr/bin/x"}});
    exporting.extends = PointName::require("org.example.good");
    auto broken = qubes.broken_app("org.example.rubbish", std::string(65536, 'x'));
    broken.extends = PointName::require("qpkg.fonts");
    qubes.create(work, {an_app(qubes), exporting, broken});

    const auto result = run_in(qubes, work, {"good"});

    CHECK(result.out == "ran\n");
    CHECK(result.err.find("org.example.plug: skipped: an extension exports nothing") != std::string::npos);
    CHECK(result.err.find("org.example.rubbish: skipped") != std::string::npos);
    CHECK(in_view(qubes, "ls /run/qpkg/data").out.empty());
}
