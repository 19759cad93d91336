// SPDX-License-Identifier: LGPL-2.1-or-later
// What every Hypervisor promises; each test case runs on each implementation.
#include "contract/hypervisors.hpp"
#include "support/expect.hpp"
#include "support/without_bases.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

const auto work = QubeName::require("work");
const auto personal = QubeName::require("personal");

} // namespace

TEST_CASE("a qube that was created is listed, halted, wanting nothing; creating it again changes nothing")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();

    subject->create(work, '9');
    subject->create(personal, '0');
    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '1')}, {});
    subject->create(work, '0');

    const auto qubes = hypervisor.qubes();
    REQUIRE(qubes.size() == 2);
    CHECK(qubes[0].name == personal);
    CHECK(qubes[1].name == work);
    CHECK(!qubes[0].running);
    CHECK(without_bases(hypervisor.wanted()) ==
          std::vector<Attachment>{{personal, {}}, {work, {slot("org.example.one", '1')}}});
    CHECK(hypervisor.attached().empty());
}

TEST_CASE("removing a qube forgets what it wanted; removing it again, or one that never was, is success")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');

    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '1')}, {});

    hypervisor.remove(work);
    hypervisor.remove(work);
    hypervisor.remove(personal);

    const bool makes_qubes = hypervisor.capabilities().makes_qubes;
    CHECK(hypervisor.qubes().empty() == makes_qubes);
    CHECK(without_bases(hypervisor.wanted()) ==
          (makes_qubes ? std::vector<Attachment>{} : std::vector<Attachment>{{work, {}}}));
}

TEST_CASE("of a qube that is gone nobody says that it has no network")
{
    const auto subject = each_implementation();
    subject->create(work, '0');

    CHECK(subject->hypervisor().has_network(personal));
}

TEST_CASE("a backend that makes no qubes says so")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();

    if (hypervisor.capabilities().makes_qubes) {
        hypervisor.create(work, volume('0'));
        CHECK(hypervisor.qubes().size() == 1);
        return;
    }
    CHECK_FAILS(Code::unsupported, "work", hypervisor.create(work, volume('0')));
    CHECK(hypervisor.qubes().empty());
}

TEST_CASE("what is wanted is replaced as a whole and given back in order")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    const auto two = slot("org.example.two", '2');

    hypervisor.set_wanted(work, std::vector{slot("org.example.gone", '3')}, {});
    hypervisor.set_wanted(work, std::vector{two, one}, {});
    hypervisor.set_wanted(work, std::vector{two, one}, {});

    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, {one, two}}});
}

TEST_CASE("another base is for the next start, and comes with the slots of that start")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    const bool keeps_bases = hypervisor.capabilities().makes_qubes;
    const auto base = [&](char digit) { return keeps_bases ? std::optional(volume(digit)) : std::nullopt; };
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    const auto two = slot("org.example.two", '2');
    hypervisor.set_wanted(work, std::vector{one}, {});
    CHECK(hypervisor.wanted().at(0).base == base('0'));
    subject->start(work);

    hypervisor.set_wanted(work, std::vector{two}, base('9'));

    CHECK((hypervisor.wanted().at(0) == Attachment{.qube = work, .slots = {two}, .base = base('9')}));
    CHECK((hypervisor.attached().at(0) == Attachment{.qube = work, .slots = {one}, .base = base('0')}));
    hypervisor.set_wanted(work, std::vector{one}, {});
    CHECK((hypervisor.wanted().at(0) == Attachment{.qube = work, .slots = {one}, .base = base('9')}));
}

TEST_CASE("what cannot be wanted is refused and changes nothing")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    hypervisor.set_wanted(work, std::vector{one}, {});
    std::vector<VolumeSlot> too_many;
    for (std::size_t i = 0; i <= hypervisor.capabilities().max_slots; ++i) {
        const auto name = "org.example.app" + std::to_string(i);
        too_many.push_back({AppId::require(name), "1.0-1", VolumeId(sha256(name))});
    }

    CHECK_FAILS(Code::not_found, "personal", hypervisor.set_wanted(personal, std::vector{one}, {}));
    CHECK_FAILS(Code::conflict, "two", hypervisor.set_wanted(work, std::vector{one, slot("org.example.one", '2')}, {}));
    CHECK_FAILS(Code::unsupported, "work", hypervisor.set_wanted(work, too_many, {}));
    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("a running qube keeps what it started with and cannot be removed")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto old_version = slot("org.example.one", '1');
    hypervisor.set_wanted(work, std::vector{old_version}, {});

    subject->start(work);
    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '2')}, {});

    CHECK(hypervisor.qubes().at(0).running);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {old_version}}});
    CHECK_FAILS(Code::conflict, "work", hypervisor.remove(work));
    subject->stop(work);
    CHECK(!hypervisor.qubes().at(0).running);
    CHECK(hypervisor.attached().empty());
    hypervisor.remove(work);
}

TEST_CASE("attaching and detaching may be repeated")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    const auto two = slot("org.example.two", '2');
    hypervisor.set_wanted(work, std::vector{one}, {});

    CHECK_FAILS(Code::not_found, "personal", hypervisor.attach(personal, one));
    CHECK_FAILS(Code::conflict, "work", hypervisor.attach(work, one));
    hypervisor.detach(work, one);
    subject->start(work);
    hypervisor.attach(work, one);
    hypervisor.detach(work, two);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {one}}});

    if (!hypervisor.capabilities().hot_attach) {
        CHECK_FAILS(Code::unsupported, "start", hypervisor.attach(work, two));
        CHECK_FAILS(Code::unsupported, "start", hypervisor.detach(work, one));
        return;
    }
    hypervisor.attach(work, two);
    hypervisor.attach(work, two);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {one, two}}});
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {two}}});
    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("a running qube hears of names what it would hear at its start, and keeps its volumes")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    const auto two = slot("org.example.two", '2');
    auto without = one;
    without.rulings = {{{ExportKind::command, "tool"}, ""}};
    hypervisor.set_wanted(work, std::vector{one, two}, {});
    hypervisor.announce(work);
    subject->start(work);

    hypervisor.set_wanted(work, std::vector{without, two}, {});
    hypervisor.announce(work);
    hypervisor.announce(work);

    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, {without, two}}});
    const bool hears = hypervisor.capabilities().hot_attach;
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {hears ? without : one, two}}});
}

TEST_CASE("the base of a view comes and goes with the apps that stand on it")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    if (!hypervisor.capabilities().keeps_bases) {
        return;
    }
    subject->create(work, '0');
    auto one = slot("org.example.one", '1');
    auto two = slot("org.example.two", '2');
    one.base = two.base = volume('3');
    hypervisor.set_wanted(work, std::vector{one}, {});
    subject->start(work);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {one}}});

    hypervisor.set_wanted(work, std::vector{one, two}, {});
    hypervisor.attach(work, two);
    hypervisor.attach(work, two);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {one, two}}});
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {two}}});
    CHECK(hypervisor.detach(work, two) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {}}});
}

TEST_CASE("an app that changes its release has both volumes until the older one is detached")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    if (!hypervisor.capabilities().hot_attach) {
        return;
    }
    subject->create(work, '0');
    const auto older = slot("org.example.one", '1');
    const auto newer = slot("org.example.one", '3');
    hypervisor.set_wanted(work, std::vector{older}, {});
    subject->start(work);

    hypervisor.set_wanted(work, std::vector{newer}, {});
    hypervisor.attach(work, newer);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {older, newer}}});

    CHECK(hypervisor.detach(work, older) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {newer}}});
}

TEST_CASE("a volume that programs run from stays until they end")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    if (!hypervisor.capabilities().hot_attach) {
        return;
    }
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    hypervisor.set_wanted(work, std::vector{one}, {});
    subject->start(work);
    hypervisor.set_wanted(work, std::vector<VolumeSlot>{}, {});

    subject->use(one, true);
    CHECK(hypervisor.detach(work, one) == Detached::in_use);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {one}}});

    subject->use(one, false);
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {}}});
}

TEST_CASE("the apps of a composed volume come and go with it")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const std::vector both{slot("org.example.one", '1'), slot("org.example.two", '1')};
    const std::vector newer{slot("org.example.one", '2'), slot("org.example.two", '2')};

    hypervisor.set_wanted(work, both, {});
    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, both}});
    subject->start(work);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, both}});
    hypervisor.attach(work, both[1]);

    hypervisor.set_wanted(work, newer, {});
    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, newer}});
    if (!hypervisor.capabilities().hot_attach) {
        return;
    }
    hypervisor.attach(work, newer[1]);
    hypervisor.attach(work, newer[0]);
    subject->know(both);
    CHECK(without_bases(hypervisor.attached()) ==
          std::vector<Attachment>{{work, {both[0], newer[0], both[1], newer[1]}}});
    CHECK(hypervisor.detach(work, both[0]) == Detached::gone);
    CHECK(hypervisor.detach(work, both[1]) == Detached::gone);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, newer}});
}

TEST_CASE("which services may start changes while the disks stay")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto two = slot("org.example.two", '1');
    auto silent = slot("org.example.one", '1');
    auto serving = silent;
    serving.services = {{"a.service"}, {"b.service", ServiceRights::own}};
    hypervisor.set_wanted(work, std::vector{silent, two}, {});
    subject->start(work);

    hypervisor.set_wanted(work, std::vector{serving, two}, {});
    hypervisor.announce(work);

    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, {serving, two}}});
    const bool hears = hypervisor.capabilities().hot_attach;
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {hears ? serving : silent, two}}});
    hypervisor.set_wanted(work, std::vector{silent, two}, {});
    hypervisor.announce(work);
    CHECK(without_bases(hypervisor.attached()) == std::vector<Attachment>{{work, {silent, two}}});
}

TEST_CASE("more apps than there is room for volumes can be wanted when they are composed")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    std::vector<VolumeSlot> many;
    for (std::size_t i = 0; i <= hypervisor.capabilities().max_slots; ++i) {
        many.push_back(slot("org.example.app" + std::to_string(i), '1'));
    }
    std::ranges::sort(many);

    hypervisor.set_wanted(work, many, {});

    CHECK(without_bases(hypervisor.wanted()) == std::vector<Attachment>{{work, many}});
}
