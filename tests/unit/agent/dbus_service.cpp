// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/dbus_service.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

std::string made(std::string_view bytes)
{
    return dbus_service_for_the_qube(bytes, "org.example.Hello", AppId::require("org.example.hello"), "/run/qpkg-run");
}

} // namespace

TEST_CASE("a service of the session bus runs in the app's view, and only name and program are kept")
{
    CHECK(made("# hello\n[D-BUS Service]\nName=org.example.Hello\nExec=/usr/libexec/hello --gapplication-service\n"
               "SystemdService=hello.service\nUser=root\n") ==
          "[D-BUS Service]\nName=org.example.Hello\n"
          "Exec=/run/qpkg-run --view=org.example.hello /usr/libexec/hello --gapplication-service\n");
}

TEST_CASE("a service file that could mislead is refused by its line")
{
    const std::string whole = "[D-BUS Service]\nName=org.example.Hello\nExec=/usr/libexec/hello\n";

    CHECK_FAILS(Code::corrupt, "line 4: expected [D-BUS Service]", made(whole + "[Desktop Entry]\n"));
    CHECK_FAILS(Code::corrupt, "line 3: is of another name, expected org.example.Hello",
                made("[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/usr/libexec/hello\n"));
    CHECK_FAILS(Code::corrupt, "line 2: names no program", made("[D-BUS Service]\nName=org.example.Hello\n"));
    CHECK_FAILS(Code::corrupt, "line 3: names no program",
                made("[D-BUS Service]\nName=org.example.Hello\nExec=/bin/false\n"));
    CHECK_FAILS(Code::corrupt, "line 4: holds a control character", made(whole + "X=\x1b[2J\n"));
    CHECK_FAILS(Code::corrupt, "is of another name", made(""));
}
