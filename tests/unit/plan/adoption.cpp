// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/adoption.hpp"

#include "plan/activation.hpp"
#include "support/expect.hpp"
#include "support/snapshots.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto copy = QubeName::require("copy");
const auto debian = BaseId::require("debian-12");
const auto hello = a_known_release();
const auto newer = a_known_release("org.example.hello", 2);

/// hello in work at generation 1, its newer release at 2; work is the qube "first".
Snapshot upgraded()
{
    auto snapshot = with_installed(with_installed(a_snapshot(), "work", {hello}), "work", {newer});
    snapshot.qubes[1].identity = "first";
    snapshot.qubes[1].generations.back().bindings.front().held = true;
    return snapshot;
}

std::vector<VolumeSlot> slots_at(const Snapshot& snapshot, std::size_t generation)
{
    return plan::slots_of(snapshot, snapshot.find_qube(work)->generations.at(generation));
}

plan::Adoption adopt(const Snapshot& snapshot, const plan::FoundQube& found)
{
    return plan::plan_adoption(snapshot, {&found, 1}, 5000);
}

} // namespace

TEST_CASE("a qube that is the recorded one needs nothing")
{
    const auto snapshot = upgraded();

    CHECK(adopt(snapshot, {work, "first", debian, slots_at(snapshot, 2)}) == plan::Adoption{});
    CHECK(adopt(snapshot, {work, "first", debian, {}}) == plan::Adoption{});
    CHECK(adopt(snapshot, {copy, "other", debian, {}}) == plan::Adoption{});
}

TEST_CASE("a record that does not say of which qube it is learns it")
{
    auto snapshot = upgraded();
    snapshot.qubes[1].identity.clear();

    const auto adoption = adopt(snapshot, {work, "first", debian, {}});

    CHECK((adoption.changes == std::vector<Change>{IdentifyQube{work, "first"}}));
}

TEST_CASE("a new qube of an old name starts empty")
{
    const auto snapshot = upgraded();

    const auto adoption = adopt(snapshot, {work, "second", debian, {}});

    CHECK((adoption.changes == std::vector<Change>{RemoveQube{work}}));
    CHECK(adoption.replaced == std::vector<QubeName>{work});
    CHECK(plan::with_adopted(snapshot, adoption).find_qube(work) == nullptr);
}

TEST_CASE("a clone has the generation of the qube that it was made of")
{
    const auto snapshot = upgraded();

    const auto adoption = adopt(snapshot, {copy, "second", debian, slots_at(snapshot, 2)});
    const auto after = plan::with_adopted(snapshot, adoption);

    CHECK(adoption.adopted == std::vector<QubeName>{copy});
    const auto* qube = after.find_qube(copy);
    REQUIRE(qube != nullptr);
    CHECK(qube->identity == "second");
    CHECK(plan::slots_of(after, qube->current_generation()) == slots_at(snapshot, 2));
    CHECK(qube->current_generation().bindings.front().held);
    CHECK(qube->generations.front().bindings.empty());
    CHECK(std::ranges::is_sorted(after.qubes, {}, &Qube::name));
    CHECK(*after.find_qube(work) == *snapshot.find_qube(work));
}

TEST_CASE("without such a generation each slot is looked up among the releases")
{
    auto snapshot = upgraded();
    const auto slots = slots_at(snapshot, 1);
    std::erase_if(snapshot.qubes, [](const Qube& qube) { return qube.name == work; });

    const auto after = plan::with_adopted(snapshot, adopt(snapshot, {copy, "second", debian, slots}));

    REQUIRE(after.find_qube(copy) != nullptr);
    CHECK(plan::slots_of(after, after.find_qube(copy)->current_generation()) == slots);
}

TEST_CASE("a qube that was restored from its backup keeps its record, at the generation that it has")
{
    const auto snapshot = upgraded();

    const auto adoption = adopt(snapshot, {work, "second", debian, slots_at(snapshot, 1)});

    CHECK((adoption.changes == std::vector<Change>{IdentifyQube{work, "second"}, PointQube{work, 2, 1}}));
    const auto after = plan::with_adopted(snapshot, adoption);
    CHECK(after.find_qube(work)->current == 1);
    CHECK(after.find_qube(work)->generations.size() == 3);
}

TEST_CASE("what nobody knows is named and stays as it is")
{
    auto snapshot = upgraded();
    const std::vector<VolumeSlot> strange{{AppId::require("org.example.lost"), "1", VolumeId(sha256("lost"))}};
    const auto two = std::vector<VolumeSlot>{
        {hello.release.app, hello.release.version, VolumeId(sha256("composed elsewhere"))}, strange.front()};

    for (const auto& found :
         {plan::FoundQube{copy, "second", debian, strange}, plan::FoundQube{copy, "second", debian, two},
          plan::FoundQube{copy, "second", std::nullopt, slots_at(snapshot, 2)}}) {
        const auto adoption = adopt(snapshot, found);
        CHECK(adoption.changes.empty());
        REQUIRE(adoption.strangers.size() == 1);
        CHECK(adoption.strangers.front().name == copy);
    }
}
