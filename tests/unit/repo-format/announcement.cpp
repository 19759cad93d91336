// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/announcement.hpp"

#include "support/expect.hpp"

using namespace qpkg;

namespace {

const std::string root(64, 'a');
const VolumeSlot slot{AppId::require("org.example.hello"), "1:2.0~rc1-1+b2", *VolumeId::from_hex(root)};

} // namespace

TEST_CASE("the line of a volume is read back as it was written")
{
    CHECK(encode_slot(slot) == "org.example.hello 1:2.0~rc1-1+b2 private " + root);
    CHECK(parse_slot(encode_slot(slot)) == slot);
}

TEST_CASE("the line of an extension says its point, and has no words after the root")
{
    auto extension = slot;
    extension.extends = PointName::require("org.mozilla.firefox-esr/x");
    const auto line = encode_slot(extension);
    CHECK(line == "org.example.hello 1:2.0~rc1-1+b2 extends:org.mozilla.firefox-esr/x " + root);
    CHECK(parse_slot(line) == extension);
    for (const auto* rest : {" +a.service", " @7", " command:hello"}) {
        CHECK_FAILS(Code::corrupt, "an extension has neither names nor services", parse_slot(line + rest));
    }
    CHECK_FAILS(Code::corrupt, "the view", parse_slot("org.example.hello 1 extends:fonts " + root));
    CHECK_FAILS(Code::corrupt, "the view", parse_slot("org.example.hello 1 extends: " + root));
}

TEST_CASE("the line of an app with a root of its own says so, and has no services")
{
    auto whole = slot;
    whole.is_whole = true;
    whole.turn = 7;
    const auto line = encode_slot(whole);
    CHECK(line == "org.example.hello 1:2.0~rc1-1+b2 whole " + root + " @7");
    CHECK(parse_slot(line) == whole);
    CHECK_FAILS(Code::corrupt, "a whole view has no services", parse_slot(line + " +a.service"));
    CHECK_FAILS(Code::corrupt, "the view", parse_slot("org.example.hello 1 wholly " + root));
}

TEST_CASE("the older base of a private view comes before all else that follows the root")
{
    auto keeping = slot;
    keeping.base = VolumeId::from_hex(std::string(64, 'b'));
    keeping.turn = 7;
    const auto base = " base:" + std::string(64, 'b');
    const auto line = encode_slot(keeping);
    CHECK(line == encode_slot(slot) + base + " @7");
    CHECK(parse_slot(line) == keeping);
    for (const auto& rest :
         {" @7" + base, base + base, " +a.service" + base, std::string(" base:b"), std::string(" base:")}) {
        CHECK_FAILS(Code::corrupt, "the base of a view", parse_slot(encode_slot(slot) + rest));
    }
    CHECK_FAILS(Code::corrupt, "only a private view", parse_slot("org.example.hello 1 whole " + root + base));
    CHECK_FAILS(Code::corrupt, "only a private view",
                parse_slot("org.example.hello 1 extends:qpkg.fonts " + root + base));
}

TEST_CASE("the services that may start follow the root")
{
    auto serving = slot;
    serving.services = {{"a.service"}, {"b-c.service", ServiceRights::own}};

    CHECK(encode_slot(serving) == encode_slot(slot) + " +a.service !b-c.service");
    CHECK(parse_slot(encode_slot(serving)) == serving);
}

TEST_CASE("what follows the root and is no list of services is refused")
{
    const auto line = encode_slot(slot);
    for (const auto* rest :
         {" a.service", " ", "  +a.service", " +a.service ", " +a", " +", " +../a.service", " +a@.service",
          " +qubes-.service", " +b.service +a.service", " +a.service !a.service", "\t+a.service", " +a.service\n"}) {
        CHECK_FAILS(Code::corrupt, "", parse_slot(line + rest));
    }
    std::string many;
    for (char c = 'a'; c <= 'q'; ++c) {
        many += std::string(" +") + c + ".service";
    }
    CHECK_FAILS(Code::corrupt, "more services than 16", parse_slot(line + many));
}

TEST_CASE("a line that says no volume is refused by the part that is wrong")
{
    CHECK_FAILS(Code::corrupt, "expected app id", parse_slot(""));
    CHECK_FAILS(Code::corrupt, "expected app id", parse_slot("org.example.hello 1 private"));
    CHECK_FAILS(Code::corrupt, "no app id", parse_slot("../hello 1 private " + root));
    CHECK_FAILS(Code::corrupt, "no version", parse_slot("org.example.hello  private " + root));
    CHECK_FAILS(Code::corrupt, "no version", parse_slot("org.example.hello \x1b private " + root));
    CHECK_FAILS(Code::corrupt, "the view", parse_slot("org.example.hello 1 secret " + root));
    CHECK_FAILS(Code::corrupt, "the view", parse_slot("org.example.hello 1 shared " + root));
    CHECK_FAILS(Code::corrupt, "after the root", parse_slot("org.example.hello 1 private " + root + " "));
    CHECK_FAILS(Code::corrupt, "the root", parse_slot("org.example.hello 1 private " + root.substr(1)));
    CHECK_FAILS(Code::corrupt, "the root", parse_slot("org.example.hello 1 private " + std::string(64, 'A')));
}

TEST_CASE("a version with a blank cannot be announced")
{
    auto blank = slot;
    blank.version = "1 private";

    CHECK_FAILS(Code::usage, "version of org.example.hello", encode_slot(blank));
}

TEST_CASE("what a qube is told of names is read back as it was written")
{
    auto told = slot;
    told.rulings = {{{ExportKind::command, "hello"}, ""},
                    {{ExportKind::command, "id"}, "evil-id"},
                    {{ExportKind::desktop, "a.desktop"}, ""}};

    CHECK(encode_slot(told) ==
          "org.example.hello 1:2.0~rc1-1+b2 private " + root + " command:hello command:id=evil-id desktop:a.desktop");
    CHECK(parse_slot(encode_slot(told)) == told);
}

TEST_CASE("rulings that are malformed, in disorder or too many are refused")
{
    const auto refused = [](const std::string& words, std::string_view complaint) {
        CHECK_FAILS(Code::corrupt, std::string(complaint), parse_slot("org.example.hello 1 private " + root + words));
    };

    refused(" command", "neither KIND:NAME");
    refused(" setuid:hello", "neither KIND:NAME");
    refused(" command:", "no name");
    refused(" command:../hello", "no name");
    refused(" command:hello=", "no name");
    refused(" command:hello=a=b", "no name");
    refused("  command:hello", "neither KIND:NAME");
    refused(" command:b command:a", "ascending");
    refused(" command:a command:a=b", "ascending");
    refused(" command:" + std::string(4000, 'a'), "longer than 3072");

    auto crowded = slot;
    for (int i = 100; i < 400; ++i) {
        crowded.rulings.push_back({{ExportKind::command, "name" + std::to_string(i)}, ""});
    }
    CHECK_FAILS(Code::unsupported, "3072 bytes", encode_slot(crowded));
    crowded.rulings = {{{ExportKind::command, "a b"}, ""}};
    CHECK_FAILS(Code::usage, "no name of an export", encode_slot(crowded));
}

TEST_CASE("words of names come before those of services, and a mark says which is which")
{
    auto told = slot;
    told.rulings = {{{ExportKind::command, "hello"}, ""}, {{ExportKind::service, "a.service"}, ""}};
    told.services = {{"a.service"}, {"b.service", ServiceRights::own}};

    CHECK(encode_slot(told) == encode_slot(slot) + " command:hello service:a.service +a.service !b.service");
    CHECK(parse_slot(encode_slot(told)) == told);
    CHECK_FAILS(Code::corrupt, "comes after one of a service",
                parse_slot(encode_slot(slot) + " +a.service command:hello"));
    CHECK_FAILS(Code::corrupt, "neither KIND:NAME", parse_slot(encode_slot(slot) + " command+a.service"));

    told.rulings.clear();
    for (int i = 100; i < 400; ++i) {
        told.rulings.push_back({{ExportKind::command, "name" + std::to_string(i)}, ""});
    }
    CHECK_FAILS(Code::unsupported, "3072 bytes", encode_slot(told));
}

TEST_CASE("a name that the qube's owner added is told with what it stands for")
{
    auto told = slot;
    told.rulings = {{{ExportKind::command, "node"}, "", "/usr/bin/a:b=c"},
                    {{ExportKind::command, "npm"}, "other", "/usr/games/npm"},
                    {{ExportKind::desktop, "a.desktop"}, "", "/usr/share/applications/a.desktop"}};

    CHECK(encode_slot(told) == encode_slot(slot) + " command:node:/usr/bin/a:b=c command:npm=other:/usr/games/npm "
                                                   "desktop:a.desktop:/usr/share/applications/a.desktop");
    CHECK(parse_slot(encode_slot(told)) == told);
    for (const auto* word : {"command:node:", "command:node:usr/bin/node", "command:node:/usr/../node",
                             "service:a.service:/usr/lib/a.service", "dbus:org.a.B:/usr/x", "command:=a:/usr/x"}) {
        CHECK_FAILS(Code::corrupt, "no name", parse_slot(encode_slot(slot) + ' ' + word));
    }
}

TEST_CASE("the turn in which an app is asked for names is the first word after the root")
{
    auto told = slot;
    told.turn = 18'446'744'073'709'551'615U;
    told.rulings = {{{ExportKind::command, "hello"}, ""}};
    told.services = {{"a.service"}};

    CHECK(encode_slot(told) == encode_slot(slot) + " @18446744073709551615 command:hello +a.service");
    CHECK(parse_slot(encode_slot(told)) == told);
    for (const auto* words : {" @", " @0", " @07", " @-1", " @+1", " @x", " @1x", " @18446744073709551616"}) {
        CHECK_FAILS(Code::corrupt, "begins with @ and is no turn", parse_slot(encode_slot(slot) + words));
    }
    for (const auto* words : {" @1 @2", " command:a @1", " +a.service @1"}) {
        CHECK_FAILS(Code::corrupt, "not the first word after the root", parse_slot(encode_slot(slot) + words));
    }
}

TEST_CASE("of an agent's answer only the disks in use are heard")
{
    const std::string serial = "0123456789abcdef0123";

    CHECK(disks_in_use(encode_in_use("a") + encode_in_use(serial)) == std::set<std::string>{"a", serial});
    CHECK(disks_in_use("in-use c") == std::set<std::string>{"c"});
    CHECK(disks_in_use("").empty());
    CHECK(disks_in_use("in-use \nin-use ../a\n in-use a\nIN-USE a\nin-use a\r\n\x1b[2J\nin-use " + std::string(33, 'a'))
              .empty());
}

TEST_CASE("a first start is allowed by a word of its own, and never as root")
{
    const auto line = "org.example.hello 1.0 private " + std::string(64, 'a') + " +first-start";
    CHECK(parse_slot(line).services == std::vector<AllowedService>{{"first-start"}});
    CHECK(encode_slot(parse_slot(line)) == line);
    const auto own = "org.example.hello 1.0 private " + std::string(64, 'a') + " !first-start";
    CHECK_FAILS(Code::corrupt, "names what is no service", parse_slot(own));
}
