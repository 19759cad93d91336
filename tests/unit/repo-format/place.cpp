// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/guest/place.hpp"

#include "support/expect.hpp"

#include <csignal>

using namespace qpkg;
using namespace qpkg::session;

namespace {

VolumeId numbered(char digit) { return *VolumeId::from_hex(std::string(64, digit)); }

VolumeSlot slot(const std::string& app, char digit) { return {AppId::require(app), "1.0-1", numbered(digit)}; }

} // namespace

TEST_CASE("streams are read as they were written")
{
    const ProgramStreams streams{StreamSource::given, StreamSource::own_terminal, StreamSource::nothing, Keys::kept};

    CHECK(encode_streams(streams) == "gtnk");
    CHECK(parse_streams("gtnk") == streams);
    CHECK(streams.has_terminal());
    for (const auto* wrong : {"", "gtn", "gtnkk", "xtnk", "gtnx", "ptnk"}) {
        CHECK_MESSAGE(!parse_streams(wrong), wrong);
    }
}

TEST_CASE("a signal is for the program, or for all of its job")
{
    CHECK(encode_signal({SIGTERM, Reach::program_alone}) == "15");
    CHECK(parse_signal("2 job") == Signal{SIGINT, Reach::whole_job});
    for (const auto* wrong : {"", "0", "-9", "9x", "job", "9  job", "1000", "99999999999999999999"}) {
        CHECK_MESSAGE(!parse_signal(wrong), wrong);
    }
}

TEST_CASE("a list of volumes is read as it was written")
{
    const VolumeList list{{numbered('2')}, {slot("org.example.one", '1'), slot("org.example.two", '2')}};

    CHECK(parse_volumes(encode_volumes(list)) == list);
    CHECK(parse_volumes("") == VolumeList{});
}

TEST_CASE("a list that is cut, or has another line, is refused")
{
    const auto text = encode_volumes({{numbered('2')}, {slot("org.example.one", '1')}});

    CHECK_FAILS(Code::corrupt, "cut", parse_volumes(text.substr(0, text.size() - 1)));
    CHECK_FAILS(Code::corrupt, "no volume", parse_volumes("volume 12\n"));
    CHECK_FAILS(Code::corrupt, "no kind", parse_volumes("what\n"));
    CHECK_FAILS(Code::corrupt, "", parse_volumes("slot nothing\n"));
}
