// SPDX-License-Identifier: LGPL-2.1-or-later
// Views of apps that bring their own root, also of trees that a host should have refused.
#include "repo-format/guest/whole_tree.hpp"
#include "support/expect.hpp"
#include "support/local_qubes.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
using Files = std::map<std::string, std::string>;

/// A system of its own: other places for programs than the base's, and a folder that no base has.
Files a_root()
{
    Files tree{{"tools/busybox", files::read("/bin/busybox", 16 * 1024 * 1024)},
               {"usr/share/own", "own\n"},
               {"etc/own.conf", "own\n"},
               {"etc/ssl/certs/ca-certificates.crt", "own\n"},
               {"etc/ssl/own.conf", "own\n"},
               {"etc/passwd", "stranger:x:1000:1000::/:/bin/sh\n"},
               {"etc/resolv.conf", "-> ../../../../tmp/elsewhere"},
               {"var/lib/own/state", "own\n"},
               {"var/log/hidden", "x"},
               {"app/data", "data\n"},
               {"bin", "-> tools"}};
    for (const auto place : places_of_qube) {
        tree[std::string(place.substr(1)) + '/'] = "";
    }
    for (const auto* applet : {"sh", "ls", "cat", "id", "touch", "grep", "mount", "pwd", "unshare", "true", "echo",
                               "readlink", "sleep", "sort", "test"}) {
        tree[std::string("tools/") + applet] = "-> busybox";
    }
    tree["tools/own"] = "#!/tools/sh\ncat /app/data /usr/share/own\n";
    return tree;
}

VolumeSlot whole(LocalQubes& qubes, const Files& tree = a_root(), const std::string& id = "org.example.own")
{
    auto slot = qubes.app(id, tree, {{ExportKind::command, "own", "/tools/own"}});
    slot.is_whole = true;
    return slot;
}

VolumeSlot hello(LocalQubes& qubes)
{
    return qubes.app("org.example.hello",
                     {{"usr/bin/hello", "#!/bin/sh\ncat /etc/base.conf; ls -d /app /tools /usr/share/*\n"}},
                     {{ExportKind::command, "hello", "/usr/bin/hello"}});
}

Output in_view(LocalQubes& qubes, const std::string& words, RunAs user = RunAs::user)
{
    return run_in(qubes, work, {"qpkg-run", "--view=org.example.own", "/tools/sh", "-c", "PATH=/tools:$PATH; " + words},
                  user);
}

} // namespace

TEST_CASE("an app with a root of its own sees that, and of the qube its folders, its names and its user")
{
    LocalQubes qubes;
    qubes.create(work, {whole(qubes)});

    CHECK(run_in(qubes, work, {"own"}).out == "data\nown\n");
    for (const auto user : {RunAs::user, RunAs::root}) {
        const auto tree = in_view(qubes,
                                  "cat /etc/own.conf /var/lib/own/state; ls /usr/share /var/lib; ls -d /opt /lib; "
                                  "ls /var/log; cat /etc/hostname",
                                  user);
        CHECK(tree.out == "own\nown\n/usr/share:\nown\nqpkg\n\n/var/lib:\nown\nwork\n");
        CHECK(tree.err.find("/opt: No such file") != std::string::npos);
    }
    CHECK(in_view(qubes, "id -un; cat /etc/machine-id; echo x > ~/kept; pwd").out ==
          shell_in(qubes, work, "id -un; cat /etc/machine-id; pwd").out);
    CHECK(shell_in(qubes, work, "cat /home/user/kept").out == "x\n");
    CHECK(in_view(qubes, "ls -d /dev/null /proc/self /sys/kernel /run/qpkg/bin /tmp /rw /root").status == 0);
    CHECK(in_view(qubes, "ls /dev").out == shell_in(qubes, work, "ls /dev").out);
    CHECK(in_view(qubes, "cat /etc/resolv.conf; cat /etc/hosts").out ==
          shell_in(qubes, work, "cat /etc/resolv.conf; cat /etc/hosts").out);
    CHECK(in_view(qubes, "cat /etc/ssl/certs/ca-certificates.crt /etc/ssl/own.conf").out == "the owner's\nown\n");
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("nothing of a whole view can be written to, and no right or device in it counts")
{
    LocalQubes qubes;
    qubes.create(work, {whole(qubes)});

    for (const auto user : {RunAs::user, RunAs::root}) {
        for (const auto* path : {"/x", "/usr/x", "/etc/x", "/app/data", "/var/lib/x"}) {
            const auto result = in_view(qubes, std::string("touch ") + path, user);
            CHECK_MESSAGE(result.err.find("Read-only file system") != std::string::npos, result.err);
        }
        const auto flags = in_view(qubes, R"(while read d p t f r; do
            case $p in /|/etc|/var/lib) echo $p ${f%%,relatime*};; esac; done < /proc/self/mounts | sort)",
                                   user);
        CHECK(flags.out == "/ ro,nosuid,nodev\n/etc ro,nosuid,nodev\n/var/lib ro,nosuid,nodev\n");
    }
}

TEST_CASE("apps start each other, whichever brings its own root, and each has the view it has from anywhere")
{
    LocalQubes qubes;
    qubes.create(work, {hello(qubes), whole(qubes), whole(qubes, a_root(), "org.example.second")});
    const auto from_qube = run_in(qubes, work, {"hello"});
    CHECK(from_qube.out == "base\n/usr/share/base-file\n/usr/share/qpkg\n");

    for (const auto user : {RunAs::user, RunAs::root}) {
        const auto to_private = in_view(qubes, "hello; cat /app/data", user);
        CHECK(to_private.out == from_qube.out + "data\n");
        const auto deep = in_view(qubes,
                                  "qpkg-run --view=org.example.second own; qpkg-run --view=org.example.hello qpkg-run "
                                  "--view=org.example.second /tools/sh -c 'own; hello'",
                                  user);
        CHECK(deep.out == "data\nown\ndata\nown\n" + from_qube.out);
        CHECK(deep.err.find("qpkg-run") == std::string::npos);
    }
    CHECK(in_view(qubes, "unshare -U true").status == 0); // browsers' sandboxes need it
    CHECK(traces_of(qubes) == "");
}

TEST_CASE(
    "a program that works in a folder which the root does not have comes to the top, and sees no other root by it")
{
    LocalQubes qubes;
    qubes.create(work, {whole(qubes)});

    CHECK(shell_in(qubes, work, "cd /usr/bin; qpkg-run --view=org.example.own /tools/pwd").out == "/\n");
    CHECK(shell_in(qubes, work, "cd /tmp; qpkg-run --view=org.example.own /tools/pwd").out == "/tmp\n");
}

TEST_CASE("an app that comes while another runs is whole in it, and one may become whole and private again")
{
    LocalQubes qubes;
    auto private_one = hello(qubes);
    qubes.create(work, {private_one});
    auto held =
        start_in(qubes, work, {"sh", "-c", "touch ~/there; while [ ! -e ~/go ]; do sleep 0.05; done; own > ~/said"});
    REQUIRE(shell_in(qubes, work, "while [ ! -e ~/there ]; do sleep 0.05; done").status == 0);

    const auto own = whole(qubes);
    qubes.hypervisor().set_wanted(work, std::vector{private_one, own}, {});
    qubes.hypervisor().attach(work, own);
    CHECK(shell_in(qubes, work, "touch ~/go").status == 0);
    CHECK(held.wait() == 0);
    CHECK(shell_in(qubes, work, "cat ~/said").out == "data\nown\n");

    auto over_base = qubes.app("org.example.own", {{"usr/bin/own", "#!/bin/sh\ncat /etc/base.conf\n"}},
                               {{ExportKind::command, "own", "/usr/bin/own"}});
    qubes.hypervisor().set_wanted(work, std::vector{over_base}, {});
    CHECK(run_in(qubes, work, {"own"}).out == "base\n");
    qubes.hypervisor().set_wanted(work, std::vector{own}, {});
    CHECK(run_in(qubes, work, {"own"}).out == "data\nown\n");
    CHECK(traces_of(qubes) == "");
}

TEST_CASE("a tree that cannot be a root is skipped and named, wherever its links lead")
{
    LocalQubes qubes;
    const auto with = [](const std::string& path, const std::string& content) {
        auto tree = a_root();
        std::erase_if(tree, [&](const auto& entry) { return entry.first.starts_with(path + '/'); });
        tree[path] = content;
        return tree;
    };
    auto full = a_root();
    full["home/user/.profile"] = "x";
    auto serving = qubes.app("org.example.serving", a_root(),
                             {{ExportKind::service, "org.example.serving.service", "/usr/share/own"}});
    serving.is_whole = true;
    const auto hidden = qubes.app("org.example.hidden", a_root(), {}); // told as private
    auto little = qubes.app("org.example.little", {{"usr/bin/little", "#!/bin/sh\n"}}, {});
    little.is_whole = true;

    qubes.create(work, {whole(qubes), whole(qubes, with("home", "-> /etc"), "org.example.home"),
                        whole(qubes, with("run", "-> ../.."), "org.example.run"),
                        whole(qubes, with("etc", "-> usr/share"), "org.example.etc"),
                        whole(qubes, with("var", "-> /tmp"), "org.example.var"),
                        whole(qubes, with("proc", "a file"), "org.example.proc"),
                        whole(qubes, full, "org.example.full"), serving, hidden, little});
    const auto result = run_in(qubes, work, {"own"});

    CHECK(result.out == "data\nown\n");
    const std::string cannot = ": skipped: the volume cannot be the root of a view: ";
    for (const auto& words :
         {"org.example.home" + cannot + "/home is no folder", "org.example.run" + cannot + "/run is no folder",
          "org.example.etc" + cannot + "/etc is no folder", "org.example.var" + cannot + "/var/lib is no folder",
          "org.example.proc" + cannot + "/proc is no folder", "org.example.full" + cannot + "/home is not empty",
          "org.example.little" + cannot + "it has no /etc",
          std::string("org.example.serving: skipped: an app with a root of its own has neither services"),
          std::string("org.example.hidden: skipped: the volume holds /app, which no view shows")}) {
        CHECK_MESSAGE(result.err.find(words) != std::string::npos, words << " not in " << result.err);
    }
    CHECK(shell_in(qubes, work, "ls /run/qpkg/views").out == "org.example.own\n");
    CHECK(traces_of(qubes) == "");
}
