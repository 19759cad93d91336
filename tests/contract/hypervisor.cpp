// SPDX-License-Identifier: LGPL-2.1-or-later
// What every Hypervisor promises; each test case runs on each implementation.
#include "qpkg/ports/hypervisor.hpp"

#include "support/expect.hpp"
#include "support/fake_dom0.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/libvirt_test_driver.hpp"
#include "support/local_qubes.hpp"

#include <unistd.h>

#include <functional>
#include <memory>
#include <set>

using namespace qpkg;

namespace {

const auto work = QubeName::require("work");
const auto personal = QubeName::require("personal");

VolumeId volume(char digit) { return *VolumeId::from_hex(std::string(64, digit)); }

VolumeSlot slot(std::string_view app, char digit, View view = View::private_view)
{
    return {AppId::require(app), "1.0-1", view, volume(digit)};
}

/// One implementation, fresh, with no qubes.
struct Subject {
    virtual ~Subject() = default;
    virtual Hypervisor& hypervisor() = 0;
    /// With the tool of the backend first, where qpkg makes no qubes.
    virtual void create(const QubeName& qube, char base) { hypervisor().create(qube, volume(base)); }
    virtual void start(const QubeName& qube) = 0; ///< until `stop` or the end of the subject
    virtual void stop(const QubeName& qube) = 0;
    /// Programs of the running qube begin to run from that volume, or end. Only with hot attach.
    virtual void use(const VolumeSlot&, bool) {}
};

struct FakeSubject : Subject {
    explicit FakeSubject(bool hot_attach) : fake({.hot_attach = hot_attach, .max_slots = 26}) {}
    Hypervisor& hypervisor() override { return fake; }
    void start(const QubeName& qube) override { fake.start(qube); }
    void stop(const QubeName& qube) override { fake.stop(qube); }

    void use(const VolumeSlot& used, bool begin) override
    {
        if (begin) {
            fake.in_use.insert(used.volume);
        } else {
            fake.in_use.erase(used.volume);
        }
    }

    testing::FakeHypervisor fake;
};

/// Qubes run here by a process of their own, which the test ends.
struct LocalSubject : Subject {
    Hypervisor& hypervisor() override { return qubes.hypervisor(); }

    void start(const QubeName& qube) override
    {
        ignore_volumes(qube);
        process.emplace(testing::start_in(qubes, qube, {"sleep", "1000"}));
        wait_until_running(true);
    }

    void stop(const QubeName&) override
    {
        process.reset();
        wait_until_running(false); // the kernel ends the session a moment after its caller
    }

    void wait_until_running(bool running)
    {
        for (int tries = 0; hypervisor().attached().empty() == running; ++tries) {
            REQUIRE(tries < 10'000);
            ::usleep(1000);
        }
    }

    /// The suite's volumes are numbers only: any image will do for them.
    void ignore_volumes(const QubeName& qube)
    {
        for (const auto& [name, slots] : hypervisor().wanted()) {
            for (const auto& slot : slots) {
                if (name == qube) {
                    qubes.stand_in(slot.volume);
                }
            }
        }
    }

    testing::LocalQubes qubes;
    std::optional<testing::RunningProgram> process;
};

/// qubesd, losetup and qrexec-client are stand-ins in Python; the volumes are empty files.
struct QubesSubject : Subject {
    Hypervisor& hypervisor() override { return dom0.hypervisor(); }

    void create(const QubeName& qube, char base) override
    {
        if (made.insert(qube).second) {
            dom0.tell("create " + qube.text() + " AppVM");
        }
        Subject::create(qube, base);
    }

    void start(const QubeName& qube) override
    {
        for (const auto& wanted : hypervisor().wanted()) {
            for (const auto& slot : wanted.slots) {
                dom0.stand_in(slot.volume);
            }
        }
        dom0.tell("start " + qube.text());
    }

    void stop(const QubeName& qube) override { dom0.tell("stop " + qube.text()); }

    /// The only disk of the suite's qube is at the first letter.
    void use(const VolumeSlot&, bool begin) override { dom0.agent_answers(begin ? "in-use a\n" : ""); }

    QubesSubject()
    {
        // What the tests attach without wanting it.
        for (const auto& known :
             {slot("org.example.one", '1'), slot("org.example.two", '2'), slot("org.example.one", '3')}) {
            dom0.know(known);
        }
    }

    testing::FakeDom0 dom0;
    std::set<QubeName> made;
};

/// Machines in the memory of libvirt's test driver, whose guests do as they are told.
struct LibvirtSubject : Subject {
    Hypervisor& hypervisor() override { return *qubes.hypervisor; }

    void start(const QubeName& qube) override { qubes.driver->start(qube.text()); }
    void stop(const QubeName& qube) override { qubes.driver->stop(qube.text()); }

    void use(const VolumeSlot& used, bool begin) override
    {
        qubes.guest->held = begin ? std::set<std::string>{libvirt::serial_of(used.volume)} : std::set<std::string>{};
    }

    LibvirtSubject()
    {
        // What the tests attach.
        for (const char digit : {'1', '2', '3'}) {
            qubes.stand_in(volume(digit));
        }
    }

    testing::LibvirtQubes qubes;
};

std::unique_ptr<Subject> each_implementation()
{
    std::unique_ptr<Subject> subject;
    SUBCASE("fake, hot attach") { subject = std::make_unique<FakeSubject>(true); }
    SUBCASE("fake, no hot attach") { subject = std::make_unique<FakeSubject>(false); }
    SUBCASE("qubes, over a fake qubesd") { subject = std::make_unique<QubesSubject>(); }
    SUBCASE("libvirt, over its test driver") { subject = std::make_unique<LibvirtSubject>(); }
    SUBCASE("local") { subject = std::make_unique<LocalSubject>(); }
    return subject;
}

} // namespace

TEST_CASE("a qube that was created is listed, halted, wanting nothing; creating it again changes nothing")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();

    subject->create(work, '9');
    subject->create(personal, '0');
    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '1')});
    subject->create(work, '0');

    const auto qubes = hypervisor.qubes();
    REQUIRE(qubes.size() == 2);
    CHECK(qubes[0].name == personal);
    CHECK(qubes[1].name == work);
    CHECK(!qubes[0].running);
    CHECK(hypervisor.wanted() == std::vector<Attachment>{{personal, {}}, {work, {slot("org.example.one", '1')}}});
    CHECK(hypervisor.attached().empty());
}

TEST_CASE("removing a qube forgets what it wanted; removing it again, or one that never was, is success")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');

    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '1')});

    hypervisor.remove(work);
    hypervisor.remove(work);
    hypervisor.remove(personal);

    const bool makes_qubes = hypervisor.capabilities().makes_qubes;
    CHECK(hypervisor.qubes().empty() == makes_qubes);
    CHECK(hypervisor.wanted() == (makes_qubes ? std::vector<Attachment>{} : std::vector<Attachment>{{work, {}}}));
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
    const auto two = slot("org.example.two", '2', View::shared);

    hypervisor.set_wanted(work, std::vector{slot("org.example.gone", '3')});
    hypervisor.set_wanted(work, std::vector{two, one});
    hypervisor.set_wanted(work, std::vector{two, one});

    CHECK(hypervisor.wanted() == std::vector<Attachment>{{work, {one, two}}});
}

TEST_CASE("what cannot be wanted is refused and changes nothing")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto one = slot("org.example.one", '1');
    hypervisor.set_wanted(work, std::vector{one});
    std::vector<VolumeSlot> too_many;
    for (std::size_t i = 0; i <= hypervisor.capabilities().max_slots; ++i) {
        too_many.push_back(slot("org.example.app" + std::to_string(i), '1'));
    }

    CHECK_FAILS(Code::not_found, "personal", hypervisor.set_wanted(personal, std::vector{one}));
    CHECK_FAILS(Code::conflict, "two", hypervisor.set_wanted(work, std::vector{one, slot("org.example.one", '2')}));
    CHECK_FAILS(Code::unsupported, "work", hypervisor.set_wanted(work, too_many));
    CHECK(hypervisor.wanted() == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("a running qube keeps what it started with and cannot be removed")
{
    const auto subject = each_implementation();
    auto& hypervisor = subject->hypervisor();
    subject->create(work, '0');
    const auto old_version = slot("org.example.one", '1');
    hypervisor.set_wanted(work, std::vector{old_version});

    subject->start(work);
    hypervisor.set_wanted(work, std::vector{slot("org.example.one", '2')});

    CHECK(hypervisor.qubes().at(0).running);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {old_version}}});
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
    hypervisor.set_wanted(work, std::vector{one});

    CHECK_FAILS(Code::not_found, "personal", hypervisor.attach(personal, one));
    CHECK_FAILS(Code::conflict, "work", hypervisor.attach(work, one));
    hypervisor.detach(work, one);
    subject->start(work);
    hypervisor.attach(work, one);
    hypervisor.detach(work, two);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {one}}});

    if (!hypervisor.capabilities().hot_attach) {
        CHECK_FAILS(Code::unsupported, "start", hypervisor.attach(work, two));
        CHECK_FAILS(Code::unsupported, "start", hypervisor.detach(work, one));
        return;
    }
    hypervisor.attach(work, two);
    hypervisor.attach(work, two);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {one, two}}});
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {two}}});
    CHECK(hypervisor.wanted() == std::vector<Attachment>{{work, {one}}});
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
    hypervisor.set_wanted(work, std::vector{older});
    subject->start(work);

    hypervisor.set_wanted(work, std::vector{newer});
    hypervisor.attach(work, newer);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {older, newer}}});

    CHECK(hypervisor.detach(work, older) == Detached::gone);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {newer}}});
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
    hypervisor.set_wanted(work, std::vector{one});
    subject->start(work);
    hypervisor.set_wanted(work, std::vector<VolumeSlot>{});

    subject->use(one, true);
    CHECK(hypervisor.detach(work, one) == Detached::in_use);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {one}}});

    subject->use(one, false);
    CHECK(hypervisor.detach(work, one) == Detached::gone);
    CHECK(hypervisor.attached() == std::vector<Attachment>{{work, {}}});
}
