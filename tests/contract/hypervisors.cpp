// SPDX-License-Identifier: LGPL-2.1-or-later
#include "contract/hypervisors.hpp"

#include "support/expect.hpp"
#include "support/fake_dom0.hpp"
#include "support/fake_hypervisor.hpp"
#include "support/libvirt_test_driver.hpp"
#include "support/local_qubes.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

namespace qpkg::testing {
namespace {

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

    FakeHypervisor fake;
};

/// A qube of this host.
struct LocalSubject : Subject {
    Hypervisor& hypervisor() override { return qubes.hypervisor(); }

    void start(const QubeName& qube) override { qubes.runner().start(qube); }
    void stop(const QubeName& qube) override { qubes.runner().stop(qube); }

    void use(const VolumeSlot& used, bool begin) override
    {
        const auto folder = "/run/qpkg/volumes/" + used.app.text();
        if (!begin) {
            process.reset();
            return;
        }
        process.emplace(start_in(qubes, QubeName::require("work"),
                                 {"sh", "-c", "cd " + folder + " && touch /tmp/uses && exec sleep 1000"}));
        const std::string wait =
            "n=0; while [ ! -e /tmp/uses ]; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.05; done";
        REQUIRE(shell_in(qubes, QubeName::require("work"), wait).status == 0);
    }

    LocalSubject()
    {
        qubes.made_up = [this](const VolumeId& volume) {
            std::vector<VolumeSlot> slots;
            for (const auto& wanted : hypervisor().wanted()) {
                std::ranges::copy_if(wanted.slots, std::back_inserter(slots),
                                     [&](const VolumeSlot& slot) { return slot.volume == volume; });
            }
            // What the tests attach without wanting it.
            return !slots.empty() ? slots : std::vector{slot("org.example.two", '2')};
        };
    }
    ~LocalSubject() override
    {
        process.reset();
        for (const auto& qube : hypervisor().qubes()) {
            if (qube.running) {
                qubes.runner().stop(qube.name);
            }
        }
    }
    LocalSubject(const LocalSubject&) = delete;
    LocalSubject& operator=(const LocalSubject&) = delete;

    LocalQubes qubes;
    std::optional<RunningProgram> process;
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

    void know(const std::vector<VolumeSlot>& slots) override { dom0.know(slots); }

    QubesSubject()
    {
        // What the tests attach without wanting it.
        for (const auto& known :
             {slot("org.example.one", '1'), slot("org.example.two", '2'), slot("org.example.one", '3')}) {
            dom0.know({known});
        }
    }

    FakeDom0 dom0;
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

    LibvirtQubes qubes;
};

} // namespace

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

} // namespace qpkg::testing
