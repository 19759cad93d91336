// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs in qubes of the local backend, for real: kernel mounts, the agent, views.
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

#include <fstream>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto personal = QubeName::require("personal");

VolumeSlot hello(LocalQubes& qubes)
{
    return qubes.app(
        "org.example.hello",
        {{"usr/bin/hello", "#!/bin/sh\ncat /usr/share/hello/greeting\necho \"$@\"\nexit ${STATUS:-0}\n"},
         {"usr/share/hello/greeting", "hello\n"},
         {"etc/hello.conf", "greeting\n"},
         {"var/lib/hello/state", "state\n"}},
        {{ExportKind::command, "hello", "/usr/bin/hello"}, {ExportKind::command, "base-cat", "/usr/bin/cat"}});
}

VolumeSlot other(LocalQubes& qubes)
{
    return qubes.app("org.example.other",
                     {{"usr/bin/other", "#!/bin/sh\nls /usr/share/other\nhello from other\n"},
                      {"usr/share/other/thing", "thing\n"},
                      {"opt/other/data", "data\n"}},
                     {{ExportKind::command, "other", "/usr/bin/other"}});
}

} // namespace

TEST_CASE("an exported command runs in its view with its arguments, and its status comes back")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes)});

    const auto plain = run_in(qubes, work, {"hello", "a b", "*"});
    const auto failing = shell_in(qubes, work, "STATUS=42 hello");

    CHECK(plain.out == "hello\na b *\n");
    CHECK(plain.err == "");
    CHECK(plain.status == 0);
    CHECK(failing.status == 42);
}

TEST_CASE("what the qube does not have ends with 127 and says so")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes)});
    qubes.create(personal, {});

    const auto absent = run_in(qubes, personal, {"hello"});
    const auto no_app = run_in(qubes, personal, {"/run/qpkg/bin/qpkg-run", "org.example.hello", "hello"});
    const auto no_command = run_in(qubes, work, {"qpkg-run", "org.example.hello", "goodbye"});
    const auto directory = run_in(qubes, work, {"/usr"});

    CHECK(absent.status == 127);
    CHECK(absent.err == "personal: hello: no such program in this qube\n");
    CHECK(no_app.status == 127);
    CHECK(no_app.err == "qpkg-run: this qube has no app org.example.hello\n");
    CHECK(no_command.status == 127);
    CHECK(no_command.err == "qpkg-run: org.example.hello exports no command \"goodbye\"\n");
    CHECK(directory.status == 126);
}

TEST_CASE("private views see the base and their own app, not each other")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes), other(qubes)});
    const std::string look =
        "cat /usr/share/base-file /etc/base.conf; ls /usr/share /opt /etc /var/lib; cat /etc/hostname";

    for (const auto user : {RunAs::user, RunAs::root}) {
        const auto outside = shell_in(qubes, work, look, user);
        const auto in_hello = run_in(qubes, work, {"qpkg-run", "--view=org.example.hello", "sh", "-c", look}, user);
        const auto in_other = run_in(qubes, work, {"qpkg-run", "--view=org.example.other", "sh", "-c", look}, user);

        CHECK(outside.out.find("hello") == std::string::npos);
        CHECK(outside.out.find("other") == std::string::npos);
        CHECK(in_hello.out.find("base\nbase\n") == 0);
        CHECK(in_hello.out.find("hello.conf") != std::string::npos);
        CHECK(in_hello.out.find("work\n") != std::string::npos);
        CHECK(in_hello.out.find("other") == std::string::npos);
        CHECK(in_other.out.find("other") != std::string::npos);
        CHECK(in_other.out.find("hello") == std::string::npos);
        CHECK(in_other.err == "");
    }
}

TEST_CASE("a view cannot be written to, by root neither")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes)});

    for (const auto user : {RunAs::user, RunAs::root}) {
        for (const auto* path : {"/usr/x", "/etc/x", "/opt/x", "/usr/share/hello/greeting", "/var/lib/x"}) {
            const auto result = run_in(qubes, work, {"qpkg-run", "--view=org.example.hello", "touch", path}, user);

            CHECK(result.status == 1);
            CHECK_MESSAGE(result.err.find("Read-only file system") != std::string::npos, result.err);
        }
    }
}

TEST_CASE("from inside one view another app's command runs in its own view")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes), other(qubes)});

    for (const auto user : {RunAs::user, RunAs::root}) {
        const auto nested = run_in(qubes, work, {"other"}, user);
        const auto deep = run_in(qubes, work,
                                 {"qpkg-run", "--view=org.example.hello", "qpkg-run", "--view=org.example.other", "sh",
                                  "-c", "ls /usr/share; ls /usr/share/other; qpkg-run org.example.hello hello deep"},
                                 user);

        CHECK(nested.out == "thing\nhello\nfrom other\n");
        CHECK(deep.out == "base-file\nother\nqpkg\nthing\nhello\ndeep\n");
        CHECK(deep.status == 0);
    }
}

TEST_CASE("inside a view its own programs come before the launchers of others")
{
    LocalQubes qubes;
    const auto program = [](const std::string& says) { return "#!/bin/sh\necho " + says + "\n"; };
    qubes.create(
        work, {qubes.app("org.example.a", {{"usr/bin/tool", program("tool-of-a")}, {"usr/bin/a", "#!/bin/sh\ntool\n"}},
                         {{ExportKind::command, "a", "/usr/bin/a"}}),
               qubes.app("org.example.b", {{"usr/bin/tool", program("tool-of-b")}},
                         {{ExportKind::command, "tool", "/usr/bin/tool"}})});

    CHECK(run_in(qubes, work, {"a"}).out == "tool-of-a\n");
    CHECK(run_in(qubes, work, {"tool"}).out == "tool-of-b\n");
}

TEST_CASE("the user is user with his groups and home; root is root")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes)});
    const std::string who = "id -un; id -G; pwd; echo $HOME $USER $PATH";

    const auto user = shell_in(qubes, work, who);
    const auto root = shell_in(qubes, work, who, RunAs::root);
    const auto in_view = run_in(qubes, work, {"qpkg-run", "--view=org.example.hello", "sh", "-c", "id -u; echo $PATH"});

    CHECK(user.out == "user\n1000 29\n/home/user\n/home/user user "
                      "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games:/run/qpkg/bin\n");
    CHECK(root.out == "root\n0\n/root\n/root root "
                      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/qpkg/bin\n");
    CHECK(in_view.out == "1000\n/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games:/run/qpkg/bin\n");
}

TEST_CASE("what the user writes to his home and to /rw stays; all else goes with the program")
{
    LocalQubes qubes;
    qubes.create(work, {});
    qubes.create(personal, {});

    const auto first = shell_in(qubes, work, "cat ~/.profile; echo kept > ~/note; touch /tmp/gone /var/tmp/gone");
    const auto as_root = shell_in(qubes, work, "echo kept > /rw/note; touch /root/gone", RunAs::root);
    const auto again = shell_in(qubes, work, "cat ~/note /rw/note; ls /tmp /var/tmp", RunAs::user);
    const auto elsewhere = shell_in(qubes, personal, "cat ~/note");

    CHECK(first.out == "# from skel\n");
    CHECK(first.err == "");
    CHECK(as_root.status == 0);
    CHECK(again.out == "kept\nkept\n/tmp:\n\n/var/tmp:\n");
    CHECK(elsewhere.status == 1);
}

TEST_CASE("the environment is the qube's own; the terminal and the language come along")
{
    LocalQubes qubes;
    qubes.create(work, {});
    ::setenv("SECRET_OF_THE_HOST", "x", 1);
    ::setenv("TERM", "vt220", 1);

    const auto result = run_in(qubes, work, {"env"});

    CHECK(result.out.find("SECRET") == std::string::npos);
    CHECK(result.out.find("TERM=vt220\n") != std::string::npos);
    CHECK(result.out.find("XDG_DATA_DIRS=/usr/local/share:/usr/share:/run/qpkg/share\n") != std::string::npos);
}

TEST_CASE("a qube sees neither the host's processes, nor its files, nor its name")
{
    LocalQubes qubes;
    qubes.create(work, {});
    std::ofstream(qubes.directory() / "of-the-host") << "x";

    const auto result =
        shell_in(qubes, work, "hostname; ps | while read pid rest; do echo $pid; done; ls /dev", RunAs::root);
    const auto file = run_in(qubes, work, {"cat", (qubes.directory() / "of-the-host").string()}, RunAs::root);

    CHECK(result.out.find("work\n") == 0);
    CHECK(result.out.find("\n1\n") != std::string::npos);
    CHECK(result.out.find(std::to_string(::getpid())) == std::string::npos);
    CHECK(result.out.find("loop") == std::string::npos);
    CHECK(file.status == 1);
}

TEST_CASE("a user namespace can be made in the qube and in a view: browsers' sandboxes need it")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes)});

    CHECK(run_in(qubes, work, {"unshare", "--user", "id", "-u"}).status == 0);
    CHECK(run_in(qubes, work, {"qpkg-run", "--view=org.example.hello", "unshare", "--user", "id", "-u"}).status == 0);
}

TEST_CASE("a qube that is not there cannot run anything, nor one whose volume is gone")
{
    LocalQubes qubes;
    auto slot = hello(qubes);
    qubes.create(work, {slot});
    slot.volume = *VolumeId::from_hex(std::string(64, 'f'));

    CHECK_FAILS(Code::not_found, "no qube personal", qubes.runner().run(personal, {{"true"}}));
    qubes.hypervisor().set_wanted(work, std::vector{slot}, {});
    CHECK_FAILS(Code::not_found, "the volume of org.example.hello", qubes.runner().run(work, {{"true"}}));
}
