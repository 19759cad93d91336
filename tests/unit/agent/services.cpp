// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/services.hpp"

#include "agent/confined_unit.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <unistd.h>

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const auto hello = AppId::require("org.example.hello");
const auto other = AppId::require("org.example.other");

void put(const fs::path& file, std::string_view bytes)
{
    fs::create_directories(file.parent_path());
    write_file(file, bytes);
}

/// A qube with mounted volumes and composed views, all of them directories.
class Qube {
public:
    Qube() { fs::create_directories(systemd()); }

    void add(const AppId& app, const std::string& release, const std::vector<std::string>& services,
             const std::vector<AllowedService>& allowed = {})
    {
        AppExports exports{app, {}, app.text() + ' ' + release, {}, allowed};
        for (const auto& name : services) {
            const auto path = "/usr/lib/systemd/system/" + name;
            put(layout.volume(app).string() + path, "[Service]\nExecStart=/usr/bin/" + name + ' ' + release + '\n');
            exports.exports.push_back({ExportKind::service, name, path});
        }
        fs::create_directories(layout.view(app) / "usr");
        std::erase_if(apps, [&](const AppExports& one) { return one.app == app; });
        apps.push_back(exports);
    }

    void say(std::string_view lines) { put(layout.root / "rw/config/qpkg/services", lines); }

    PlannedServices plan() const { return plan_services(layout, apps, read_permissions(layout)); }

    /// As a refresh does it; what systemctl was asked for.
    std::vector<std::string> refresh()
    {
        calls.clear();
        std::set<std::string> lines;
        for (const auto& app : apps) {
            lines.insert(app.announced);
        }
        Services services(layout, [&](const std::vector<std::string>& words) {
            calls.push_back(words.front() == "start"  ? "start " + words.at(2)
                            : words.front() == "stop" ? "stop " + words.at(1)
                                                      : words.front());
            if (fails == words.front()) {
                throw Error(Code::failed, words.front() + " refused");
            }
        });
        problems = services.stop_all_but(lines);
        for (auto& problem : services.settle(plan())) {
            problems.push_back(std::move(problem));
        }
        return calls;
    }

    fs::path systemd() const { return layout.systemd() / "system"; }

    files::TemporaryDirectory folder{fs::temp_directory_path()};
    QubePaths layout{folder.path() / "run/qpkg", folder.path() / "root"};
    std::vector<AppExports> apps{};
    std::vector<std::string> calls{};
    std::vector<std::string> problems{};
    std::string fails{};
};

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("a service that nobody lets start is no unit of the qube")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"});

    CHECK(qube.refresh().empty());
    CHECK(names_in(qube.systemd()).empty());
}

TEST_CASE("a service starts because the host says so, confined and in the app's view")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service", "worker.service"}, {{"hello.service"}});

    CHECK(qube.refresh() == Words{"daemon-reload", "start hello.service"});
    CHECK(names_in(qube.systemd()) == Words{"hello.service", "hello.service.d"});
    CHECK(read_file(qube.systemd() / "hello.service", 100) == "[Service]\nExecStart=/usr/bin/hello.service 1.0\n");
    const auto drop_in = read_file(qube.systemd() / "hello.service.d/50-qpkg.conf", 2000);
    CHECK(drop_in.ends_with(confinement(user_of_service("hello.service"))));
    CHECK(drop_in.find("After=qpkg-agent.service\n") != std::string::npos);
    CHECK(drop_in.find("BindReadOnlyPaths=" + (qube.layout.view(hello) / "usr").string() + ":/usr\n") !=
          std::string::npos);
    CHECK(drop_in.find(":/opt") == std::string::npos); // the view has none
}

TEST_CASE("the word of the qube's user counts more than the host's")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service", "worker.service"}, {{"hello.service"}});

    qube.say("deny org.example.hello hello.service\nallow org.example.hello worker.service\n");

    CHECK(qube.refresh() == Words{"daemon-reload", "start worker.service"});
}

TEST_CASE("a refresh leaves services alone that it does not concern")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    qube.refresh();

    qube.add(other, "1.0", {"other.service"}, {{"other.service"}});

    CHECK(qube.refresh() == Words{"daemon-reload", "start other.service"});
    CHECK(qube.refresh().empty());
}

TEST_CASE("the service of another release is stopped before the views change, and started again")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    qube.refresh();

    qube.add(hello, "2.0", {"hello.service"}, {{"hello.service"}});

    CHECK(qube.refresh() == Words{"stop hello.service", "daemon-reload", "start hello.service"});
    CHECK(read_file(qube.systemd() / "hello.service", 100) == "[Service]\nExecStart=/usr/bin/hello.service 2.0\n");
}

TEST_CASE("the service of an app that is gone is stopped and no unit any more")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    qube.refresh();

    qube.apps.clear();

    CHECK(qube.refresh() == Words{"stop hello.service", "daemon-reload"});
    CHECK(names_in(qube.systemd()).empty());
}

TEST_CASE("a service is stopped when the user takes the permission back")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"});
    qube.say("allow org.example.hello hello.service\n");
    qube.refresh();

    qube.say("");

    CHECK(qube.refresh() == Words{"stop hello.service", "daemon-reload"});
}

TEST_CASE("a start that systemd refuses is told, and tried again by the next refresh")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    qube.fails = "start";
    qube.refresh();
    CHECK(qube.problems == Words{"start refused"});

    qube.fails.clear();

    CHECK(qube.refresh() == Words{"daemon-reload", "start hello.service"});
    CHECK(qube.problems.empty());
}

TEST_CASE("no service takes a name that the qube, a person or another app has given already")
{
    Qube qube;
    qube.add(hello, "1.0", {"ssh.service", "masked.service", "own.service", "free.service", "x@.service"},
             {{"free.service"}, {"masked.service"}, {"own.service"}, {"ssh.service"}, {"x@.service"}});
    qube.add(other, "1.0", {"free.service"}, {{"free.service"}});
    put(qube.layout.base() / "usr/lib/systemd/system/ssh.service", "");
    fs::create_directories(qube.layout.base() / "etc/systemd/system");
    fs::create_symlink("/dev/null", qube.layout.base() / "etc/systemd/system/masked.service");
    put(qube.systemd() / "own.service", "");

    const auto planned = qube.plan();

    CHECK(planned.units.size() == 1);
    CHECK(planned.units.contains("free.service"));
    CHECK(planned.problems ==
          Words{"org.example.hello: ssh.service: does not start: the qube has a unit of that name",
                "org.example.hello: masked.service: does not start: the qube has a unit of that name",
                "org.example.hello: own.service: does not start: the qube has a unit of that name",
                "org.example.hello: x@.service: does not start: a template, or an instance of one, is no service of "
                "its own",
                "org.example.other: free.service: does not start: another app has a service of "
                "that name"});
}

TEST_CASE("files of others in systemd's folder stay")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    put(qube.systemd() / "own.service", "");
    put(qube.systemd() / "hello.service.d/60-mine.conf", "");
    qube.refresh();

    qube.apps.clear();
    qube.refresh();

    CHECK(names_in(qube.systemd()) == Words{"hello.service.d", "own.service"});
    CHECK(names_in(qube.systemd() / "hello.service.d") == Words{"60-mine.conf"});
}

TEST_CASE("with the rights of its unit a service is the module's own, with nothing but the view")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service", ServiceRights::own}});
    put(qube.layout.volume(hello) / "usr/lib/systemd/system/hello.service", "[Service]\nExecStart=+/bin/a\nUser=b\n");

    const auto unit = qube.plan().units.at("hello.service");

    CHECK(unit.bytes == "[Service]\nExecStart=+/bin/a\nUser=b\n");
    CHECK(unit.drop_in.find("DynamicUser") == std::string::npos);
}

TEST_CASE("a service whose rights change is stopped and started with the others")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service", ServiceRights::own}});
    qube.refresh();

    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});

    CHECK(qube.refresh() == Words{"stop hello.service", "daemon-reload", "start hello.service"});
    CHECK(qube.refresh().empty());
}

TEST_CASE("no drop-in is ever made that systemd would apply to other services, whoever allows it")
{
    Qube qube;
    const std::vector<std::string> names{
        "qubes-.service",         "hello-.service",          "a@b.service",
        "systemd-logind.service", "display-manager.service", "dbus-org.example.service"};
    std::vector<AllowedService> allowed;
    for (const auto& name : names) {
        allowed.push_back({name, ServiceRights::own});
    }
    qube.add(hello, "1.0", names, allowed);

    CHECK(qube.refresh().empty());
    CHECK(names_in(qube.systemd()).empty());
    CHECK(qube.plan().problems.size() == names.size());
}

TEST_CASE("systemd gives no folder to a service that the qube has already, and one it made again")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    put(qube.layout.volume(hello) / "usr/lib/systemd/system/hello.service",
        "[Service]\nExecStart=/bin/a\nStateDirectory=hello/data\n");
    CHECK(qube.plan().units.size() == 1);

    fs::create_directories(qube.layout.root / "var/lib");
    fs::create_symlink("private/hello", qube.layout.root / "var/lib/hello");
    CHECK(qube.plan().units.size() == 1);

    fs::remove(qube.layout.root / "var/lib/hello");
    fs::create_directories(qube.layout.root / "var/lib/hello");
    CHECK(qube.plan().units.empty());
    CHECK(qube.plan().problems.front().find("the qube has a folder ") != std::string::npos);
}

TEST_CASE("a folder in /run that a running service was given is its own, and nobody else's is")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    put(qube.layout.volume(hello) / "usr/lib/systemd/system/hello.service",
        "[Service]\nExecStart=/bin/a\nRuntimeDirectory=hello\n");
    const auto folder = qube.layout.run.parent_path() / "hello";
    fs::create_directories(folder);
    CHECK(qube.plan().units.empty());

    if (::chown(folder.c_str(), 61184, 61184) == 0) { // root alone can give it to a user that systemd made
        CHECK(qube.plan().units.size() == 1);
        CHECK(::chown(folder.c_str(), 1000, 1000) == 0);
        CHECK(qube.plan().units.empty());
    }
}

TEST_CASE("without systemd nothing is done")
{
    Qube qube;
    qube.add(hello, "1.0", {"hello.service"}, {{"hello.service"}});
    fs::remove_all(qube.layout.systemd());

    CHECK(qube.refresh().empty());
    CHECK_FALSE(fs::exists(qube.layout.systemd()));
}

TEST_CASE("lines of a user that make no sense are told by their number, the others count")
{
    const auto permissions = with_permissions({},
                                              "# mine\n\nallow org.example.hello hello.service\nallow hello\n"
                                              "allow org.example.hello hello\ndeny\torg.example.hello  a.service\r\n"
                                              "allow-as-root org.example.hello c.service\n",
                                              "/etc/qpkg/services");

    const std::vector<AllowedService> host{{"b.service"}, {"hello.service", ServiceRights::own}};
    CHECK(permissions.of(hello, "hello.service", host) == ServiceRights::confined);
    CHECK_FALSE(permissions.of(hello, "a.service", {{"a.service"}}));
    CHECK(permissions.of(hello, "b.service", host) == ServiceRights::confined);
    CHECK(permissions.of(hello, "c.service", {}) == ServiceRights::own);
    CHECK_FALSE(permissions.of(other, "hello.service", {}));
    CHECK(permissions.problems.size() == 2);
    CHECK(permissions.problems.front() ==
          "/etc/qpkg/services: line 4: expected \"allow\", \"allow-as-root\" or \"deny\", an app and "
          "NAME.service");
}

TEST_CASE("a service of an app with an account runs as that, where its state and folders can be written")
{
    Qube qube;
    qube.add(hello, "1", {"hello.service"}, {{"hello.service"}});
    qube.apps.back().owner = StateOwner{"served", 58003, 58003, "/var/lib/served"};
    qube.apps.back().state = {"served"};
    put(qube.layout.run / "tmpfiles/run.served", hello.text() + "\n/run/served");
    put(qube.layout.run / "tmpfiles/run.other", other.text() + "\n/run/other");

    const auto planned = qube.plan();

    CHECK(planned.accounts == std::set<unsigned>{58003});
    const auto& drop_in = planned.units.at("hello.service").drop_in;
    const auto view = qube.layout.view(hello).string();
    for (const auto& line :
         {std::string("User=qpkg-58003\nGroup=qpkg-58003\n"), "BindReadOnlyPaths=" + view + "/var/lib:/var/lib\n",
          "BindPaths=" + view + "/var/lib/served:/var/lib/served\n", std::string("ReadWritePaths=/var/lib/served\n"),
          std::string("ReadWritePaths=-/run/served\n"), std::string("NoNewPrivileges=yes\n")}) {
        CAPTURE(line);
        CHECK(drop_in.find(line) != std::string::npos);
    }
    CHECK(drop_in.find("DynamicUser") == std::string::npos);
    CHECK(drop_in.find("/run/other") == std::string::npos);

    qube.apps.back().owner->name = "user";
    CHECK(qube.plan().accounts.empty());
    CHECK(qube.plan().units.at("hello.service").drop_in.find("DynamicUser=yes") != std::string::npos);
}

TEST_CASE("no service starts while a first start is due")
{
    Qube qube;
    qube.add(hello, "1", {"hello.service"}, {{"hello.service"}});
    qube.apps.back().is_ready = false;

    const auto planned = qube.plan();

    CHECK(planned.units.empty());
    CHECK(planned.problems ==
          std::vector<std::string>{"org.example.hello: hello.service: does not start: the first start of the "
                                   "app was not allowed yet"});
}

TEST_CASE("a line of the user can allow a first start, and not as root")
{
    const auto permissions = with_permissions(
        {}, "allow org.example.hello first-start\nallow-as-root org.example.other first-start\n", "file");

    CHECK(permissions.of(hello, "first-start", {}) == ServiceRights::confined);
    CHECK_FALSE(permissions.of(other, "first-start", {}));
    CHECK(permissions.problems.size() == 1);
}
