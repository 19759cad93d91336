// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/local/wanted_file.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::local;

namespace {

VolumeId volume(char digit) { return *VolumeId::from_hex(std::string(64, digit)); }

const WantedFile example{
    volume('0'),
    std::string(32, 'b'),
    {{AppId::require("org.example.a"), "1", volume('1')},
     {AppId::require("org.example.b"), "2~rc1", volume('2'), {{{ExportKind::command, "b"}, "c"}}}}};

} // namespace

TEST_CASE("what a local qube wants is read back as it was written")
{
    CHECK(parse_wanted(encode_wanted(example)) == example);
    CHECK(parse_wanted(encode_wanted({volume('0'), std::string(32, '0'), {}})).slots.empty());
}

TEST_CASE("a wanted file cut anywhere but at the end of a slot is refused")
{
    const auto whole = encode_wanted(example);
    const auto first_slot = whole.find("slot ");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (length >= first_slot && whole[length - 1] == '\n') {
            continue;
        }
        CHECK_FAILS(Code::corrupt, "line ", parse_wanted(whole.substr(0, length)));
    }
}

TEST_CASE("a wanted file of a newer qpkg, or with its apps in disorder, is refused")
{
    auto disorder = example;
    std::swap(disorder.slots[0], disorder.slots[1]);
    auto twice = example;
    twice.slots[1] = twice.slots[0];
    auto newer = encode_wanted(example);
    newer.replace(newer.find('2'), 1, "3");
    auto older = encode_wanted(example);
    older.replace(older.find('2'), 1, "1");

    CHECK_FAILS(Code::unsupported, "newer", parse_wanted(newer));
    CHECK_FAILS(Code::unsupported, "made by qpkg 0.1", parse_wanted(older));
    CHECK_FAILS(Code::corrupt, "line 5: the apps are not", parse_wanted(encode_wanted(disorder)));
    CHECK_FAILS(Code::corrupt, "line 5: the apps are not", parse_wanted(encode_wanted(twice)));
    CHECK_FAILS(Code::corrupt, "line 6: expected slot", parse_wanted(encode_wanted(example) + "more\n"));
}
