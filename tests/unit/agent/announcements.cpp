// SPDX-License-Identifier: LGPL-2.1-or-later
#include "agent/announcements.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using namespace qpkg::agent;

namespace {

Notice notice(const std::string& slot, const std::string& app, const std::string& version)
{
    return {slot, {AppId::require(app), version, *VolumeId::from_hex(std::string(64, 'a'))}, Searched{}};
}

/// Every slot but those of `absent` has a disk named after it.
FindDisk disks_without(std::string absent)
{
    return [absent](const Notice& asked) -> std::optional<std::filesystem::path> {
        return absent.find(asked.slot) == std::string::npos ? std::optional("/dev/" + asked.slot) : std::nullopt;
    };
}

} // namespace

TEST_CASE("what is announced is ordered by app, each with its slot's disk")
{
    const auto settled = settle(
        {{notice("a", "org.example.second", "1"), notice("b", "org.example.first", "1")}, {"x"}}, disks_without(""));

    REQUIRE(settled.found.size() == 2);
    CHECK(settled.found[0].volume.app.text() == "org.example.first");
    CHECK(settled.found[0].device == "/dev/b");
    CHECK(settled.problems == std::vector<std::string>{"x"});
}

TEST_CASE("of an app at two slots the lower one counts")
{
    const auto settled =
        settle({{notice("c", "org.example.app", "2"), notice("b", "org.example.app", "1")}, {}}, disks_without(""));

    REQUIRE(settled.found.size() == 1);
    CHECK(settled.found[0].volume.version == "1");
    CHECK(settled.problems.empty());
}

TEST_CASE("a slot without its disk is skipped, and told of only when the app has no other")
{
    const auto settled = settle({{notice("a", "org.example.app", "1"), notice("b", "org.example.app", "2"),
                                  notice("c", "org.example.lost", "1"), notice("d", "org.example.lost", "2")},
                                 {}},
                                disks_without("acd"));

    REQUIRE(settled.found.size() == 1);
    CHECK(settled.found[0].volume.version == "2");
    CHECK(settled.problems == std::vector<std::string>{"slot c: org.example.lost: its disk is not there"});
}

TEST_CASE("an app whose view has a base of its own waits for that base's disk, too")
{
    auto on_older = notice("a", "org.example.app", "1");
    on_older.volume.base = VolumeId::from_hex(std::string(64, 'b'));
    const auto disks = [](bool with_base) -> FindDisk {
        return [with_base](const Notice& asked) -> std::optional<std::filesystem::path> {
            const bool is_base = asked.volume.volume == *VolumeId::from_hex(std::string(64, 'b'));
            return is_base && !with_base ? std::nullopt : std::optional(is_base ? "/dev/base" : "/dev/a");
        };
    };

    const auto there = settle({{on_older}, {}}, disks(true));
    const auto lost = settle({{on_older}, {}}, disks(false));

    REQUIRE(there.found.size() == 1);
    CHECK(there.found[0].device == "/dev/a");
    CHECK(there.found[0].device_of_base == "/dev/base");
    CHECK(lost.found.empty());
    CHECK(lost.problems == std::vector<std::string>{"slot a: org.example.app: its disk is not there"});
}

TEST_CASE("a volume that the host has mounted needs no disk")
{
    auto mounted = notice("a", "org.example.app", "1");
    mounted.place = Mounted{};

    const auto settled = settle({{mounted}, {}}, disks_without("a"));

    REQUIRE(settled.found.size() == 1);
    CHECK(settled.found[0].device == std::nullopt);
}
