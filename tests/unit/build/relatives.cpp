// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/relatives.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::build;

namespace {

using Names = std::set<std::string>;

/// The relatives of one named package.
Names relatives(const std::string& named, const std::vector<InstalledPackage>& installed, const StartedPrograms& starts)
{
    return relatives_of({named}, installed, files_of(installed), starts);
}

} // namespace

TEST_CASE("what is built from the same source is a relative, what is merely needed is none")
{
    const std::vector<InstalledPackage> installed{
        {.name = "libc-bin", .source = "glibc", .paths = {"/usr/bin/ldd"}},
        {.name = "vlc", .needs = {{{"libc-bin"}}, {{"vlc-bin"}}}, .paths = {"/usr/share/applications/vlc.desktop"}},
        {.name = "vlc-bin", .source = "vlc", .paths = {"/usr/bin/vlc"}},
        {.name = "vlc-data", .source = "vlc"}};

    CHECK(relatives("vlc", installed, {{"/usr/share/applications/vlc.desktop", {}}, {"/usr/bin/ldd", {}}}) ==
          Names{"vlc-bin", "vlc-data"});
    CHECK(relatives("vlc-bin", installed, {{"/usr/bin/vlc", {}}}) == Names{"vlc", "vlc-data"});
}

TEST_CASE("what starts nothing itself stands for what it requires, with what that was built with")
{
    const std::vector<InstalledPackage> installed{
        {.name = "default-jre", .source = "java-common", .needs = {{{"openjdk-jre"}}}, .paths = {"/usr/share/doc/x"}},
        {.name = "openjdk-jre", .source = "openjdk", .needs = {{{"openjdk-headless"}}, {{"libx"}}}},
        {.name = "openjdk-headless", .source = "openjdk", .paths = {"/usr/lib/jvm/java"}},
        {.name = "libx", .paths = {"/usr/bin/x"}}};
    const StartedPrograms starts{{"/usr/lib/jvm/java", {}}, {"/usr/bin/x", {}}};

    CHECK(relatives("default-jre", installed, starts) == Names{"openjdk-headless", "openjdk-jre"});
    CHECK(relatives("openjdk-headless", installed, starts) == Names{"openjdk-jre"});
}

TEST_CASE("who has the program that a command or menu entry of a named package starts is a relative")
{
    const std::vector<InstalledPackage> installed{{.name = "npm", .paths = {"/usr/bin/npm"}},
                                                  {.name = "nodejs", .paths = {"/usr/bin/node"}},
                                                  {.name = "libnode", .source = "nodejs"},
                                                  {.name = "calc", .paths = {"/usr/share/applications/calc.desktop"}},
                                                  {.name = "perl", .paths = {"/usr/bin/perl"}},
                                                  {.name = "tool", .paths = {"/usr/bin/tool"}}};
    const StartedPrograms starts{{"/usr/bin/npm", {"/usr/bin/node"}},
                                 {"/usr/share/applications/calc.desktop", {"/usr/bin/tool", "/usr/lib/gone"}},
                                 {"/usr/bin/tool", {"/usr/bin/perl"}}};

    CHECK(relatives("npm", installed, starts) == Names{"libnode", "nodejs"});
    CHECK(relatives("calc", installed, starts) == Names{"tool"});
}
