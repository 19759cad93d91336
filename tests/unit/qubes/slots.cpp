// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/slots.hpp"

#include "adapters/qubes/loops.hpp"
#include "support/expect.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::qubes;

namespace {

VolumeSlot slot(std::string_view app, char digit)
{
    return {AppId::require(app), "1.0-1", *VolumeId::from_hex(std::string(64, digit))};
}

VolumeSlot numbered(int number)
{
    const auto name = "org.example.app" + std::to_string(number);
    return {AppId::require(name), "1.0-1", VolumeId(sha256(name))};
}

std::string notice(const VolumeSlot& slot) { return slot.app.text() + " 1.0-1 private " + slot.volume.hex(); }

Features features_with(const std::map<Letter, VolumeSlot>& slots)
{
    Features features;
    for (const auto& [letter, held] : slots) {
        features.emplace(disk_feature(letter), held.volume.hex());
        features.emplace(notice_feature(letter), notice(held));
    }
    return features;
}

void carry_out(Features& features, const FeatureChange& change)
{
    if (change.value) {
        features[change.name] = *change.value;
    } else {
        features.erase(change.name);
    }
}

/// What the agent of a qube that starts now has: by app, the lower letter counts; without a disk it is not there.
std::map<AppId, VolumeId> seen_by_agent(const Features& features)
{
    std::map<AppId, VolumeId> seen;
    for (const auto& [letter, group] : slots_of(features)) {
        for (const auto& held : group) {
            if (held != unknown_slot(letter, held.volume)) {
                seen.emplace(held.app, held.volume);
            }
        }
    }
    return seen;
}

const auto hello_1 = slot("org.example.hello", '1');
const auto hello_2 = slot("org.example.hello", '2');
const auto other = slot("org.example.other", '3');

} // namespace

TEST_CASE("an upgrade sets the new disk, then its notice, then takes the old ones away")
{
    const auto changes = plan_features(features_with({{'a', hello_1}, {'b', other}}), std::vector{hello_2, other}, {});

    CHECK((changes == std::vector<FeatureChange>{{"qpkg.slot.c", hello_2.volume.hex()},
                                                 {"vm-config.qpkg-c", notice(hello_2)},
                                                 {"vm-config.qpkg-a", std::nullopt},
                                                 {"qpkg.slot.a", std::nullopt}}));
}

TEST_CASE("wherever the calls break off, a start has the old releases or the new ones, and the next try ends them")
{
    const std::vector next{hello_2, other};
    const auto before = features_with({{'a', hello_1}});
    const auto changes = plan_features(before, next, {});

    for (std::size_t broken_at = 0; broken_at <= changes.size(); ++broken_at) {
        auto features = before;
        for (std::size_t i = 0; i < broken_at; ++i) {
            carry_out(features, changes[i]);
        }
        const auto seen = seen_by_agent(features).at(hello_1.app);
        CHECK((seen == hello_1.volume || seen == hello_2.volume));
        for (const auto& change : plan_features(features, next, {})) {
            carry_out(features, change);
        }
        CHECK(slots_of(features).size() == 2);
        CHECK((seen_by_agent(features) ==
               std::map<AppId, VolumeId>{{hello_2.app, hello_2.volume}, {other.app, other.volume}}));
    }
}

TEST_CASE("what is as wanted needs no call")
{
    CHECK(plan_features(features_with({{'d', hello_1}}), std::vector{hello_1}, {}).empty());
    CHECK(plan_features({{"unrelated", "x"}, {"qpkg.base", "debian-12"}}, {}, {}).empty());
}

TEST_CASE("what changes of names alone is told in one call beside the same disk: the app is never missing")
{
    auto without = hello_1;
    without.rulings = {{{ExportKind::command, "hello"}, ""}};

    const auto changes = plan_features(features_with({{'a', hello_1}, {'b', other}}), std::vector{without, other}, {});

    CHECK((changes == std::vector<FeatureChange>{{"vm-config.qpkg-a", notice(hello_1) + " command:hello"}}));
}

TEST_CASE("all 26 slots can be used, and changed while all are in use")
{
    std::vector<VolumeSlot> many;
    for (int i = 0; i < 26; ++i) {
        many.push_back(numbered(i));
    }
    Features features;
    for (const auto& change : plan_features(features, many, {})) {
        carry_out(features, change);
    }
    CHECK(slots_of(features).size() == 26);
    CHECK(front_end('z') == "xvdqz");

    auto next = many;
    next[3] = slot("org.example.app3", '2');
    const auto changes = plan_features(features, next, {});
    const auto letter = changes.at(0).name.back();
    CHECK((changes == std::vector<FeatureChange>{{notice_feature(letter), std::nullopt},
                                                 {disk_feature(letter), next[3].volume.hex()},
                                                 {notice_feature(letter), notice(next[3])}}));

    many.push_back(numbered(26));
    CHECK_FAILS(Code::unsupported, "26", plan_features({}, many, {}));
}

TEST_CASE("a disk that a running qube still has is not announced as another one")
{
    const auto changes = plan_features({}, std::vector{hello_1}, {'a', 'b'});

    CHECK(changes.at(0).name == "qpkg.slot.c");
    CHECK(letter_for({}, other.volume, {'a'}) == 'b');
    CHECK(letter_for(features_with({{'k', other}}), other.volume, {'a'}) == 'k');
}

TEST_CASE("features that make no sense are slots nobody wants, and are taken away")
{
    for (const auto& broken :
         std::vector<Features>{{{"qpkg.slot.a", "../../etc/shadow"}},
                               {{"vm-config.qpkg-a", notice(hello_1)}},
                               {{"qpkg.slot.a", std::string(64, 'A')}},
                               {{"qpkg.slot.a", std::string(64, '1')}, {"vm-config.qpkg-a", notice(hello_2)}}}) {
        CHECK(slots_of(broken).at('a').front().app.text() == "qpkg.unknown-a");
        auto features = broken;
        for (const auto& change : plan_features(features, {}, {})) {
            carry_out(features, change);
        }
        CHECK(features.empty());
    }
}

TEST_CASE("only whole names are ours")
{
    CHECK(is_slot_feature("qpkg.slot.a"));
    CHECK(!is_slot_feature("qpkg.slot.aa"));
    CHECK(!is_slot_feature("qpkg.slot."));
    CHECK(!is_slot_feature("qpkg.slot.A"));
    CHECK(letter_of_front_end("xvdqc") == 'c');
    CHECK(!letter_of_front_end("xvdi"));
    CHECK(volume_of_image("_var_lib_x_" + std::string(64, '1') + ".erofs")->hex() == std::string(64, '1'));
    CHECK(!volume_of_image("loop3"));
    CHECK(!volume_of_image(std::string(64, 'g') + ".erofs"));
}

namespace {

/// A composed volume with so many apps.
Group composed(int apps, char digit)
{
    Group group;
    for (int i = 0; i < apps; ++i) {
        group.push_back(slot("org.example.app" + std::to_string(i), digit));
    }
    std::ranges::sort(group);
    return group;
}

} // namespace

TEST_CASE("a composed volume has one disk and a notice for each of its apps")
{
    const auto changes = plan_features({}, composed(2, '1'), {});

    CHECK((changes == std::vector<FeatureChange>{
                          {"qpkg.slot.a", std::string(64, '1')},
                          {"vm-config.qpkg-a0", notice(slot("org.example.app0", '1'))},
                          {"vm-config.qpkg-a1", notice(slot("org.example.app1", '1'))},
                      }));
    CHECK(is_slot_feature("vm-config.qpkg-a12"));
    CHECK(!is_slot_feature("vm-config.qpkg-a1x"));
    CHECK(!is_slot_feature("vm-config.qpkg-a1234"));
}

TEST_CASE("wherever an upgrade of a composed volume breaks off, each app is at the old release or at the new one")
{
    const auto next = composed(12, '2');
    Features before;
    for (const auto& change : plan_features({}, composed(11, '1'), {})) {
        carry_out(before, change);
    }
    const auto changes = plan_features(before, next, {});

    for (std::size_t broken_at = 0; broken_at <= changes.size(); ++broken_at) {
        auto features = before;
        for (std::size_t i = 0; i < broken_at; ++i) {
            carry_out(features, changes[i]);
        }
        CHECK(seen_by_agent(features).size() >= 11);
        for (const auto& change : plan_features(features, next, {})) {
            carry_out(features, change);
        }
        CHECK(slots_of(features).size() == 1);
        CHECK(slots_of(features).begin()->second == next);
    }
}
