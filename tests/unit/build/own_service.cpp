// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/own_service.hpp"

#include "support/expect.hpp"

using namespace qpkg;

TEST_CASE("no word of a recipe's service means anything to systemd")
{
    const auto app = AppId::require("org.example.hello");

    CHECK(build::own_service_name(app) == "org.example.hello.service");
    CHECK(build::own_service_unit(app, {"notify", {"/usr/bin/hello", "a \"b\" \\ ;", "%n $HOME", ""}}) ==
          "# Made by qpkg of the recipe's [service].\n[Unit]\nDescription=org.example.hello\n\n[Service]\nType=notify\n"
          "ExecStart=\"/usr/bin/hello\" \"a \\\"b\\\" \\\\ ;\" \"%%n $$HOME\" \"\"\nRestart=on-failure\n");
}
