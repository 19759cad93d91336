// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/enter.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

using namespace qpkg;
using namespace qpkg::agent;

TEST_CASE("qpkg-run understands people, desktop entries and its launchers")
{
    const auto person = parse_invocation({"org.example.hello", "hello", "a", "b"});
    const auto desktop = parse_invocation({"--view=org.example.hello", "env", "hello"});
    const auto launcher = parse_invocation({"--launch=org.example.hello:hello", "/run/qpkg/bin/hello", "a"});

    CHECK(person.app.text() == "org.example.hello");
    CHECK(person.command == "hello");
    CHECK(person.words == std::vector<std::string>{"a", "b"});
    CHECK(desktop.command == std::nullopt);
    CHECK(desktop.words == std::vector<std::string>{"env", "hello"});
    CHECK(launcher.command == "hello");
    CHECK(launcher.words == std::vector<std::string>{"a"});
}

TEST_CASE("qpkg-run refuses what it does not understand")
{
    CHECK_FAILS(Code::usage, "usage:", parse_invocation({}));
    CHECK_FAILS(Code::usage, "usage:", parse_invocation({"org.example.hello"}));
    CHECK_FAILS(Code::usage, "no app id", parse_invocation({"../hello", "hello"}));
    CHECK_FAILS(Code::usage, "no app id", parse_invocation({"--view=hello", "hello"}));
    CHECK_FAILS(Code::usage, "usage:", parse_invocation({"--launch=org.example.hello", "script"}));
}

TEST_CASE("a program is called by its name where that leads to it, as a shell calls it")
{
    const files::TemporaryDirectory directory(fs::temp_directory_path());
    const auto folder = [&](const char* name) { return (directory.path() / name).string(); };
    for (const auto* name : {"bin", "games", "other"}) {
        fs::create_directories(folder(name));
    }
    fs::create_directory_symlink("bin", folder("link"));
    files::write(folder("bin") + "/tool", "x", 0755);
    files::write(folder("games") + "/tool", "y", 0755);

    CHECK(called_as(folder("bin") + "/tool", folder("other") + "::" + folder("bin")) == "tool");
    CHECK(called_as(folder("bin") + "/tool", folder("link")) == "tool");
    CHECK(called_as(folder("bin") + "/tool", folder("games") + ':' + folder("bin")) == folder("bin") + "/tool");
    CHECK(called_as(folder("bin") + "/tool", folder("other")) == folder("bin") + "/tool");
    CHECK(called_as(folder("bin") + "/tool", "") == folder("bin") + "/tool");
    CHECK(called_as(folder("bin") + "/gone", folder("bin")) == folder("bin") + "/gone");
}

TEST_CASE("a command is looked up by name only, never by a path")
{
    const files::TemporaryDirectory directory(fs::temp_directory_path());
    const QubePaths layout{.run = directory.path()};
    const auto app = AppId::require("org.example.hello");
    fs::create_directories(layout.view(app) / "commands");
    fs::create_symlink("/usr/bin/hello", layout.view(app) / "commands/hello");
    fs::create_symlink("/etc/shadow", directory.path() / "elsewhere");

    CHECK(program_of(layout, app, "hello") == "/usr/bin/hello");
    CHECK_FAILS(Code::not_found, "exports no command", program_of(layout, app, "../../../elsewhere"));
    CHECK_FAILS(Code::not_found, "exports no command", program_of(layout, app, ""));
    CHECK_FAILS(Code::not_found, "has no app", program_of(layout, AppId::require("org.example.other"), "hello"));
}

TEST_CASE("the launchers come last in a view's search path, once")
{
    CHECK(with_last("/run/qpkg/bin:/usr/bin:/bin", "/run/qpkg/bin") == "/usr/bin:/bin:/run/qpkg/bin");
    CHECK(with_last("/usr/bin::/bin:", "/x") == "/usr/bin:/bin:/x");
    CHECK(with_last("", "/x") == "/x");
    CHECK(with_last("/x", "/x") == "/x");
}
