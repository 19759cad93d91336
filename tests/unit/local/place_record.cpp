// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/place_record.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::local;
using State = PlacedVolume::State;

namespace {

VolumeSlot slot(const std::string& app, char digit, const std::string& version = "1.0-1")
{
    return {AppId::require(app), version, *VolumeId::from_hex(std::string(64, digit))};
}

const auto one = slot("org.example.one", '1');
const auto two = slot("org.example.two", '2');
const auto newer = slot("org.example.one", '3', "2.0-1");

} // namespace

TEST_CASE("what a place has is read back as it was written, what could not be mounted, too")
{
    const PlaceRecord record{{State::shown, "loop7", "work~1~1", one}, {State::leaving, "", "", two}};

    CHECK(parse_place(encode_place(record)) == record);
    CHECK(shown_slots(record) == std::vector{one});
    CHECK(all_slots(record) == std::vector{one, two});
    CHECK_FAILS(Code::corrupt, "line 1: neither", parse_place("gone loop1 tag x\n"));
    CHECK_FAILS(Code::corrupt, "line 2",
                parse_place(encode_place(record).substr(0, encode_place(record).find('\n') + 1) + "shown a b\n"));
}

TEST_CASE("of an app the newer volume is shown and the older one leaves, with its own loop device")
{
    const PlaceRecord record{{State::shown, "loop1", "a", one}, {State::shown, "loop2", "b", two}};

    const auto changed = with_shown(record, {newer}, "loop3", "c");

    CHECK(changed == PlaceRecord{{State::leaving, "loop1", "a", one},
                                 {State::shown, "loop2", "b", two},
                                 {State::shown, "loop3", "c", newer}});
    CHECK(all_slots(changed) == std::vector{one, newer, two});
}

TEST_CASE("a volume that is shown already keeps its device, and what is said of it may change")
{
    auto ruled = one;
    ruled.rulings = {{{ExportKind::command, "tool"}, ""}};

    CHECK(with_shown({{State::shown, "loop1", "a", one}}, {ruled}, "", "") ==
          PlaceRecord{{State::shown, "loop1", "a", ruled}});
}

TEST_CASE("all apps of a volume leave with it")
{
    const auto together = slot("org.example.two", '1');

    CHECK(without_volume({{State::shown, "loop1", "a", one}, {State::shown, "loop1", "a", together}}, one.volume) ==
          PlaceRecord{{State::leaving, "loop1", "a", one}, {State::leaving, "loop1", "a", together}});
}
