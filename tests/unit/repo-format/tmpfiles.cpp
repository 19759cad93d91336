// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/tmpfiles.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using Kind = Tmpfile::Kind;

namespace {

std::string refusal_of(const std::string& line)
{
    const auto read = parse_tmpfiles(line);
    CHECK(read.made.empty());
    return read.refused.size() == 1 ? read.refused.front() : "not refused: " + line;
}

} // namespace

TEST_CASE("folders, empty files and links below a first folder are read, with their usual modes and owners")
{
    const auto read = parse_tmpfiles("# comment\n\n"
                                     "d /run/screen 1777 root utmp -\r\n"
                                     "D /var/run/hello/ 2775 hello adm 10d\n"
                                     "\td\t/var/cache/hello\n"
                                     "f /var/log/hello/log 0640 0 - - -\n"
                                     "L /run/hello/now - - - - first/a\n"
                                     "L /run/hello/a/b - - - - /var/run/hello/c\n");

    CHECK(read.refused == std::vector<std::string>());
    CHECK(read.made == std::vector<Tmpfile>{{Kind::directory, "/run/screen", 01777, "root", "utmp"},
                                            {Kind::directory, "/run/hello", 02775, "hello", "adm"},
                                            {Kind::directory, "/var/cache/hello", 0755, "root", "root"},
                                            {Kind::file, "/var/log/hello/log", 0640, "root", "root"},
                                            {Kind::link, "/run/hello/now", 0644, "root", "root", "first/a"},
                                            {Kind::link, "/run/hello/a/b", 0644, "root", "root", "/var/run/hello/c"}});
}

TEST_CASE("lines of other types are refused, each by its number, and hinder no other")
{
    const auto read = parse_tmpfiles("z /run/a 0755\nd /run/a\nd! /run/b\nL+ /run/a/x - - - - y\n");

    CHECK(read.made.size() == 1);
    CHECK(read.refused == std::vector<std::string>{"line 1: type z: only d, D, f and L are known",
                                                   "line 3: type d!: only d, D, f and L are known",
                                                   "line 4: type L+: only d, D, f and L are known"});
}

TEST_CASE("nothing is made outside a first folder of run, cache and log")
{
    for (const auto* path :
         {"/run", "/run/", "/var/cache", "/etc/a", "/tmp/a/b", "/home/user/a", "/runx/a", "/var/log/"}) {
        CHECK(refusal_of("d " + std::string(path)).find("not below a folder of its own") != std::string::npos);
    }
    for (const auto* path : {"", "run/a", "/run/a/../../etc", "/run/./a", "/run//a", "/run/.."}) {
        CHECK(refusal_of("d " + std::string(path)) == "line 1: no absolute path");
    }
    CHECK(refusal_of("d /var/lib/a").find("no state that the recipe names") != std::string::npos);
    CHECK(refusal_of("f /run/utmp").find("not in a folder of its own") != std::string::npos);
    CHECK(refusal_of("d /run/" + std::string(300, 'a')).find("no absolute path") != std::string::npos);
}

TEST_CASE("specifiers, quotes, escapes and other characters than ASCII are refused")
{
    for (const auto* line :
         {"d /run/%u", "d \"/run/a b\"", "d '/run/a'", "d /run/a\\x20b", "d /run/\xc3\xa4", "d /run/a\x1b[2J"}) {
        CHECK(refusal_of(line).find("specifiers, quotes") != std::string::npos);
    }
}

TEST_CASE("modes that give rights are refused")
{
    for (const auto* mode :
         {"4755", "6755", "2755", "0777", "1755", "0757", "3777", "02777", "9", "~0755", ":0755", "0x1ff"}) {
        CHECK(refusal_of("d /run/a " + std::string(mode)).find("mode ") != std::string::npos);
    }
    CHECK(refusal_of("d /var/cache/a 2775").find("2775 below /run") != std::string::npos);
    CHECK(refusal_of("f /run/a/b 1777").find("and those of folders") != std::string::npos);
    CHECK(refusal_of("f /run/a/b 0666").find("mode ") != std::string::npos);
}

TEST_CASE("a link leads to nothing outside its first folder")
{
    for (const auto* target :
         {"/etc/shadow", "../b", "../../etc", "x/../../y", "/run/other/x", "-", "/run/ab", "./c"}) {
        CHECK(refusal_of("L /run/a/b - - - - " + std::string(target)).find("leads out of /run/a") != std::string::npos);
    }
    CHECK(refusal_of("f /run/a/b - - - - text").find("contents are not written") != std::string::npos);
}

TEST_CASE("a file makes no more than 256 things")
{
    std::string many;
    for (int i = 0; i < 300; ++i) {
        many += "d /run/a/" + std::to_string(i) + '\n';
    }

    const auto read = parse_tmpfiles(many);

    CHECK(read.made.size() == 256);
    CHECK(read.refused.size() == 44);
}

TEST_CASE("what a base's own lines speak of is known whatever they do")
{
    CHECK(tmpfiles_paths("# d /run/no\nd! /run/lock\nL+ \"/var/run/a b\" - - - -\nq /var/log/x 0755\n") ==
          std::vector<std::string>{"/run/lock", "/run/a", "/var/log/x"});
}

TEST_CASE("below /var/lib only the app's own state is made")
{
    const std::string lines = "d /var/lib/mine/a 0700 mine\nd /var/lib/mine2\nL /var/lib/mine/b - - - - ../mine2/x\n";

    const auto read = parse_tmpfiles(lines, {"mine"});

    CHECK(read.made == std::vector<Tmpfile>{{Kind::directory, "/var/lib/mine/a", 0700, "mine", "root"}});
    CHECK(read.refused ==
          std::vector<std::string>{"line 2: /var/lib/mine2: lasts, and is no state that the recipe names",
                                   "line 3: /var/lib/mine/b: leads out of /var/lib/mine"});
}
