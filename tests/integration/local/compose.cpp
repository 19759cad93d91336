// SPDX-License-Identifier: LGPL-2.1-or-later
// What the agent makes of a qube's volumes: views, exports, bad volumes, refreshes.
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

#include <fstream>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const std::string program = "#!/bin/sh\necho ran\n";

VolumeSlot good(LocalQubes& qubes)
{
    return qubes.app("org.example.good", {{"usr/bin/good", program}}, {{ExportKind::command, "good", "/usr/bin/good"}});
}

/// What went wrong with the others must not touch the good app.
Output run_good(LocalQubes& qubes)
{
    auto output = run_in(qubes, work, {"good"});
    CHECK(output.out == "ran\n");
    CHECK(output.status == 0);
    return output;
}

} // namespace

TEST_CASE("no volume shows anything in the qube's own /usr, /opt and /etc")
{
    LocalQubes qubes;
    qubes.create(work, {good(qubes), qubes.app("org.example.fonts",
                                               {{"usr/share/fonts/a.ttf", "a"},
                                                {"opt/fonts/b", "b"},
                                                {"etc/fonts.conf", "c"},
                                                {"usr/bin/tool", program}},
                                               {})});

    const auto result = shell_in(qubes, work, "ls /usr/share /opt; ls /etc/fonts.conf; tool");

    CHECK(result.out == "/opt:\nkeep\n\n/usr/share:\nbase-file\n");
    CHECK(result.status == 127);
    run_good(qubes);
}

TEST_CASE("a bad volume is skipped and named, the others work")
{
    LocalQubes qubes;
    auto wrong_app = qubes.app("org.example.liar", {{"usr/bin/x", program}}, {});
    wrong_app.app = AppId::require("org.example.other");
    qubes.create(work,
                 {good(qubes), qubes.broken_app("org.example.rubbish", std::string(65536, 'x')),
                  qubes.broken_app("org.example.empty", ""),
                  qubes.bare_app("org.example.silent", {{"usr/bin/x", program}}),
                  qubes.bare_app("org.example.garbled", {{"usr/share/qpkg/org.example.garbled/exports", "what\n"}}),
                  qubes.bare_app("org.example.escape",
                                 {{"usr/share/qpkg/org.example.escape/exports", "-> ../../../../../../etc/passwd"}}),
                  qubes.app("org.example.strange", {{"srv/x", "x"}}, {}), wrong_app});

    const auto result = run_good(qubes);

    for (const auto* words :
         {"work: org.example.rubbish: mount the volume", "work: org.example.empty: mount the volume",
          "org.example.rubbish: skipped: the volume is not mounted", "org.example.empty: skipped",
          "org.example.silent: skipped: open /usr/share/qpkg/org.example.silent/exports: no such file",
          "org.example.garbled: skipped: exports: line 1", "org.example.escape: skipped: open /usr/share/qpkg",
          "org.example.strange: skipped: the volume holds /srv", "org.example.other: skipped: open"}) {
        CHECK_MESSAGE(result.err.find(words) != std::string::npos, words << " not in " << result.err);
    }
    CHECK(result.err.find("org.example.good") == std::string::npos);
    CHECK(shell_in(qubes, work, "ls /run/qpkg/bin /run/qpkg/views").out ==
          "/run/qpkg/bin:\ngood\nqpkg-run\nxdg-open\n\n/run/qpkg/views:\norg.example.good\n");
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("desktop entries, icons and types of all apps are where the desktop looks")
{
    LocalQubes qubes;
    const std::string entry = "[Desktop Entry]\nType=Application\nName=A\nExec=a %u\nMimeType=text/html;\n";
    const auto icon = [](const std::string& size) { return "usr/share/icons/hicolor/" + size + "/apps/a.png"; };
    qubes.create(
        work, {qubes.app("org.example.a",
                         {{"usr/bin/a", "#!/bin/sh\necho opened $1\n"},
                          {"usr/share/applications/a.desktop", entry},
                          {"usr/share/applications/bad.desktop", "[Desktop Entry]\nType=Application\nExec=a\x1b[2J\n"},
                          {icon("16x16"), "small"},
                          {icon("48x48"), "large"}},
                         {{ExportKind::command, "a", "/usr/bin/a"},
                          {ExportKind::desktop, "a.desktop", "/usr/share/applications/a.desktop"},
                          {ExportKind::desktop, "bad.desktop", "/usr/share/applications/bad.desktop"},
                          {ExportKind::icon, "a", "/" + icon("16x16")},
                          {ExportKind::icon, "a", "/" + icon("48x48")}})});

    const auto result =
        shell_in(qubes, work,
                 "cd /run/qpkg/share; find . ! -type d | while read f; do echo $f; done; "
                 "cat icons/hicolor/48x48/apps/a.png; echo; cat applications/mimeinfo.cache; "
                 "while IFS= read -r line; do case $line in Exec=*) eval \"${line#Exec=}\";; esac; done "
                 "< applications/a.desktop");

    CHECK(result.out.find("./applications/a.desktop\n") != std::string::npos);
    CHECK(result.out.find("bad.desktop") == std::string::npos);
    CHECK(result.out.find("large\n[MIME Cache]\ntext/html=a.desktop;\nopened %u\n") != std::string::npos);
    CHECK(result.err ==
          "qpkg: warning: work: org.example.a: /usr/share/applications/bad.desktop: line 3: holds a control "
          "character\n");
}

TEST_CASE("of two apps that export one command the one has it that the host does not take it from")
{
    LocalQubes qubes;
    const auto exporting = [&](const std::string& id) {
        return qubes.app(id, {{"usr/bin/tool", "#!/bin/sh\necho " + id + "\n"}},
                         {{ExportKind::command, "tool", "/usr/bin/tool"}});
    };
    qubes.create(work, {exporting("org.example.b"), exporting("org.example.a")});

    const auto result = run_in(qubes, work, {"tool"});

    CHECK(result.out == "org.example.a\n");
    CHECK(result.err.empty());
    CHECK(run_in(qubes, work, {"qpkg-run", "org.example.b", "tool"}).out == "org.example.b\n");

    auto gives_way = exporting("org.example.a");
    gives_way.rulings = {{{ExportKind::command, "tool"}, ""}};
    auto renamed = exporting("org.example.c");
    renamed.rulings = {{{ExportKind::command, "tool"}, "tool-c"}};
    qubes.hypervisor().set_wanted(work, std::vector{gives_way, exporting("org.example.b"), renamed}, {});

    CHECK(run_in(qubes, work, {"tool"}).out == "org.example.b\n");
    CHECK(run_in(qubes, work, {"tool-c"}).out == "org.example.c\n");
}

TEST_CASE("no app takes a command from the base, wherever that has it, for users and for root")
{
    LocalQubes qubes;
    const std::string hostile = "#!/bin/sh\necho HOSTILE\n";
    qubes.create(
        work, {qubes.app("org.example.a", {{"usr/bin/id", hostile}, {"usr/bin/own", hostile}},
                         {{ExportKind::command, "id", "/usr/bin/id"}, {ExportKind::command, "own", "/usr/bin/own"}})});

    for (const auto user : {RunAs::user, RunAs::root}) {
        CHECK(shell_in(qubes, work, "id", user).out.find("HOSTILE") == std::string::npos);
        CHECK(shell_in(qubes, work, "own", user).out == "HOSTILE\n");
    }
    CHECK(shell_in(qubes, work, "ls /run/qpkg/bin").out == "own\nqpkg-run\nxdg-open\n");
    const auto quiet = run_in(qubes, work, {"own"}); // nothing is wrong with that
    CHECK(quiet.err == "");
    CHECK(run_in(qubes, work, {"/run/qpkg/libexec/qpkg-agent", "refresh"}, RunAs::root).err ==
          "qpkg-agent: org.example.a: not exported, the base has it: id\n");
}

TEST_CASE("the users a module asks for are in its view alone")
{
    LocalQubes qubes;
    qubes.create(work, {qubes.app("org.example.daemon",
                                  {{"usr/lib/sysusers.d/hello.conf", "u hello - \"Hello daemon\" /var/lib/hello\n"},
                                   {"etc/hello.conf", "x\n"}},
                                  {})});

    CHECK(run_in(qubes, work, {"qpkg-run", "--view=org.example.daemon", "sh", "-c", "id -u hello; cat /etc/hello.conf"})
              .out == "58000\nx\n");
    CHECK(run_in(qubes, work, {"id", "-u", "hello"}).status == 1);
}

TEST_CASE("a refresh adds what is new, removes what is gone, leaves the rest and may be repeated")
{
    LocalQubes qubes;
    qubes.create(work, {good(qubes),
                        qubes.app("org.example.late", {{"usr/bin/late", program}},
                                  {{ExportKind::command, "late", "/usr/bin/late"}}),
                        qubes.app("org.example.fonts", {{"usr/share/fonts/a.ttf", "a"}}, {})});

    const auto result = shell_in(qubes, work, R"sh(
        agent=/run/qpkg/libexec/qpkg-agent
        state() {
            echo $(ls /run/qpkg/bin /run/qpkg/views) $(mount | while read l; do echo m; done)
        }
        before=$(state)
        mkdir /tmp/kept; cd /run/qpkg/announced
        $agent refresh; [ "$(state)" = "$before" ] && echo same
        for slot in *; do
            case $(cat $slot) in *good*) ;; *) cat $slot > /tmp/kept/$slot; rm $slot;; esac
        done
        qpkg-run --view=org.example.late sh -c "echo in > /tmp/in; sleep 0.5; late" &
        until [ -e /tmp/in ]; do sleep 0.01; done
        $agent refresh; echo status $?; ls /run/qpkg/bin /run/qpkg/views; ls /usr/share; good
        wait
        for slot in /tmp/kept/*; do cat $slot > ${slot##*/}; done
        $agent refresh; [ "$(state)" = "$before" ] && echo as before
        $agent list | while read app rest; do echo $app; done
    )sh",
                                 RunAs::root);

    CHECK(result.out ==
          "same\nstatus 0\n/run/qpkg/bin:\ngood\nqpkg-run\nxdg-open\n\n/run/qpkg/views:\norg.example.good\n"
          "base-file\nran\nran\nas before\norg.example.fonts\norg.example.good\norg.example.late\n");
    CHECK(result.err == "");
}

TEST_CASE("the agent mounts a device that is announced, and lets go of it again")
{
    LocalQubes qubes;
    auto slot = good(qubes);
    qubes.create(work, {});
    std::filesystem::copy_file(qubes.directory() / (slot.volume.hex() + ".erofs"),
                               qubes.directory() / "qubes/work/rw/image");

    const auto result = shell_in(qubes, work,
                                 "cd /run/qpkg; echo org.example.good 1 private " + slot.volume.hex() +
                                     " > announced/a; echo device /rw/image >> announced/a;" + R"(
        libexec/qpkg-agent refresh; good; ls volumes
        rm announced/a; libexec/qpkg-agent refresh; good; ls volumes views
    )",
                                 RunAs::root);

    CHECK(result.out == "ran\norg.example.good\nviews:\n\nvolumes:\n");
    CHECK(result.err.find("good: not found") != std::string::npos);
    CHECK(traces_of(qubes) == "");
}
