// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/wire.hpp"

#include "adapters/qubes/answers.hpp"
#include "adapters/qubes/client.hpp"
#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::qubes;
using namespace std::string_literals;

TEST_CASE("requests are the documented bytes, also with an empty argument")
{
    CHECK(encode_request({"admin.vm.List", "", "dom0"}) == "admin.vm.List+ dom0 name dom0\0"s);
    CHECK(encode_request({"admin.vm.feature.Set", "qpkg.slot.a", "work", "deadbeef"}) ==
          "admin.vm.feature.Set+qpkg.slot.a dom0 name work\0deadbeef"s);
}

TEST_CASE("what would change the meaning of a request is refused")
{
    CHECK_FAILS(Code::usage, "x y", encode_request({"admin.vm.feature.Set", "x y", "work"}));
    CHECK_FAILS(Code::usage, "x00", encode_request({"admin.vm.feature.Set", "x\0y"s, "work"}));
    CHECK_FAILS(Code::usage, "x0a", encode_request({"admin.vm.feature.Set", "x", "work\n"}));
    const auto head = encode_request({"admin.vm.feature.Set", "x", "work"}).size();
    CHECK(encode_request({"admin.vm.feature.Set", "x", "work", std::string(65536 - head, 'v')}).size() == 65536);
    CHECK_FAILS(Code::usage, "65537",
                encode_request({"admin.vm.feature.Set", "x", "work", std::string(65537 - head, 'v')}));
}

TEST_CASE("an answer is data, an exception, or nothing at all")
{
    CHECK(std::get<Done>(parse_reply("0\0data\0more"s)).data == "data\0more"s);
    CHECK(std::holds_alternative<Refused>(parse_reply("")));
    const auto exception =
        std::get<Exception>(parse_reply("2\0QubesFeatureNotFoundError\0trace\0not set: nope\0nope\0"s));
    CHECK(exception.type == "QubesFeatureNotFoundError");
    CHECK(exception.message == "not set: nope");
}

TEST_CASE("anything else is no answer")
{
    CHECK_FAILS(Code::corrupt, "neither", parse_reply("0"));
    CHECK_FAILS(Code::corrupt, "neither", parse_reply("1\0data\0"s));
    CHECK_FAILS(Code::corrupt, "cut short", parse_reply("2\0QubesException\0\0cut"s));
    CHECK_FAILS(Code::corrupt, "cut short", parse_reply("2\0QubesException\0\0whole\0cut"s));
    CHECK_FAILS(Code::corrupt, "without a type", parse_reply("2\0\0\0words\0"s));
    CHECK_FAILS(Code::corrupt, "64 KiB", parse_reply("0\0"s + std::string(65535, 'x')));
}

TEST_CASE("an exception keeps its meaning and loses what could harm a terminal")
{
    const auto error = error_of({"QubesVMNotFoundError", "no \x1b[2J" + std::string(500, 'y')});

    CHECK(error.code() == Code::not_found);
    CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
    CHECK(std::string(error.what()).size() < 300);
    CHECK(error_of({"QubesVMNotRunningError", ""}).code() == Code::conflict);
    CHECK(error_of({"QubesNotImplementedError", ""}).code() == Code::unsupported);
    CHECK(error_of({"SomethingNew", ""}).code() == Code::failed);
}

TEST_CASE("the list of qubes is read without dom0, in order")
{
    const auto domains = parse_domains("dom0 class=AdminVM state=Running uuid=0\nwork class=AppVM state=Halted uuid=1\n"
                                       "disp1 class=DispVM state=Running uuid=2 new=thing\n");

    CHECK((domains == std::vector<Domain>{{QubeName::require("disp1"), "DispVM", "Running", "2"},
                                          {QubeName::require("work"), "AppVM", "Halted", "1"}}));
    CHECK_FAILS(Code::corrupt, "cut short", parse_domains("work class=AppVM state=Run"));
    CHECK_FAILS(Code::corrupt, "name, class and state", parse_domains("work class=AppVM\n"));
    CHECK_FAILS(Code::corrupt, "name, class and state", parse_domains("../x class=AppVM state=Halted\n"));
    CHECK_FAILS(Code::corrupt, "twice", parse_domains("a class=AppVM state=Halted\na class=AppVM state=Halted\n"));
}

TEST_CASE("devices are read with their quoted properties")
{
    const auto devices = parse_devices("dom0+loop4001::4001 serial='/a/it\\'s \\\\' _frontend-dev='xvdqa'\n"
                                       "sys-usb+sda: x=''\n");

    REQUIRE(devices.size() == 2);
    CHECK(devices[0].backend == "dom0");
    CHECK(devices[0].port == "loop4001");
    CHECK(devices[0].properties.at("serial") == "/a/it's \\");
    CHECK(devices[0].properties.at("_frontend-dev") == "xvdqa");
    CHECK(devices[1].port == "sda");
    CHECK_FAILS(Code::corrupt, "backend and port", parse_devices("loop4001 a='b'\n"));
    CHECK_FAILS(Code::corrupt, "closing quote", parse_devices("dom0+x: a='b\n"));
    CHECK_FAILS(Code::corrupt, "after its quote", parse_devices("dom0+x: a='b'c='d'\n"));
    CHECK_FAILS(Code::corrupt, "without ='", parse_devices("dom0+x: a=b\n"));
}

TEST_CASE("a device that is available is named without its backend, as qubesd 4.3 does")
{
    const auto devices = parse_devices("loop4::4 device_id=':4' port_id='loop4' backend_domain='dom0' serial='PATH'\n"
                                       "dom0+_STORE_ROOT.erofs:0000:0000::?****** backend_domain='dom0'\n");

    REQUIRE(devices.size() == 2);
    CHECK(devices[0].backend == "dom0");
    CHECK(devices[0].port == "loop4");
    CHECK(devices[1].backend == "dom0");
    CHECK(devices[1].port == "_STORE_ROOT.erofs");
    CHECK_FAILS(Code::corrupt, "backend and port", parse_devices("loop4::4 backend_domain='../x'\n"));
    CHECK_FAILS(Code::corrupt, "backend and port", parse_devices("::4 backend_domain='dom0'\n"));
}

TEST_CASE("names and the template of a qube are read strictly")
{
    CHECK((parse_names("qpkg.slot.a\nx-1_2\n") == std::vector<std::string>{"qpkg.slot.a", "x-1_2"}));
    CHECK_FAILS(Code::corrupt, "name of a feature", parse_names("a b\n"));
    CHECK(parse_qube_property("default=False type=vm minimal").text() == "minimal");
    CHECK_FAILS(Code::corrupt, "as a property", parse_qube_property("default=False type=vm "));
    CHECK_FAILS(Code::corrupt, "as a property", parse_qube_property("default=False type=str minimal"));
    CHECK(is_no_qube("default=True type=vm "));
    CHECK_FALSE(is_no_qube("default=True type=vm sys-firewall"));
    CHECK_FAILS(Code::corrupt, "as a property", is_no_qube("default=True type=vm x type=vm "));
    CHECK_FAILS(Code::corrupt, "as a property", is_no_qube("default=True type=str "));
}

TEST_CASE("events are taken off a stream, whole ones only, however it is cut")
{
    using namespace std::string_literals;
    const auto sent = "1\0\0connection-established\0\0"s + "1\0work\0domain-start\0start_guid\0True\0\0"s +
                      "1\0dom0\0device-list-change:block\0\0"s;
    const std::vector<Event> expected{{"", "connection-established", {}},
                                      {"work", "domain-start", {{"start_guid", "True"}}},
                                      {"dom0", "device-list-change:block", {}}};

    for (std::size_t piece = 1; piece <= sent.size(); ++piece) {
        std::string stream;
        std::vector<Event> events;
        for (std::size_t at = 0; at < sent.size(); at += piece) {
            stream += sent.substr(at, piece);
            while (auto event = take_event(stream)) {
                events.push_back(*std::move(event));
            }
        }
        CHECK((events == expected));
        CHECK(stream.empty());
    }
}

TEST_CASE("what is no event is refused, and so is one without an end")
{
    using namespace std::string_literals;
    auto answer = "0\0"s;
    CHECK_FAILS(Code::corrupt, "no event", take_event(answer));
    auto endless = "1\0work\0"s + std::string(largest_message, 'x');
    CHECK_FAILS(Code::corrupt, "longer than 64 KiB", take_event(endless));
}
