// SPDX-License-Identifier: LGPL-2.1-or-later
// What the contract of all backends does not say; over libvirt's test driver.
#include "support/expect.hpp"
#include "support/libvirt_test_driver.hpp"
#include "support/without_bases.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

namespace fs = std::filesystem;

const auto work = QubeName::require("work");
const auto base = *VolumeId::from_hex(std::string(64, 'b'));

VolumeSlot slot(const std::string& app, char digit)
{
    return {AppId::require(app), "1.0-1", *VolumeId::from_hex(std::string(64, digit))};
}

const auto one = slot("org.example.one", '1');
const auto one_newer = slot("org.example.one", '2');
const auto two = slot("org.example.two", '3');

struct Qubes : LibvirtQubes {
    Qubes()
    {
        for (const auto& each : {one, one_newer, two}) {
            stand_in(each.volume);
        }
        hypervisor->create(work, base);
    }

    libvirt::DomainView live() { return libvirt::read_domain(driver->live_xml("work")); }
    fs::path private_disk() const { return directory.path() / "root/machines/work/private.img"; }
};

const std::string told_one = "qpkg-announced-2\ns0 org.example.one 1.0-1 private " + std::string(64, '1') + '\n';
const std::string told_nothing = "qpkg-announced-2\n";

} // namespace

TEST_CASE("a machine that starts by other hands finds what was wanted then")
{
    Qubes qubes;
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});
    qubes.driver->start("work");
    qubes.hypervisor->set_wanted(work, std::vector{two}, {});

    CHECK(qubes.told(work) == told_one);
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {one}}});
    qubes.driver->stop("work");
    qubes.driver->start("work");
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {two}}});
}

TEST_CASE("a running machine is told of a disk when that is there, and the next start is not")
{
    Qubes qubes;
    qubes.driver->start("work");
    qubes.guest->on_refresh = [&] {
        CHECK(qubes.told(work) == told_one);
        CHECK(qubes.live().find_disk(std::string(20, '1')) != nullptr);
    };
    qubes.hypervisor->attach(work, one);

    CHECK(qubes.guest->refreshes == 1);
    CHECK(without_bases(qubes.hypervisor->wanted()) == std::vector<Attachment>{{work, {}}});
    qubes.driver->stop("work");
    qubes.driver->start("work");
    CHECK(qubes.told(work) == told_nothing);
}

TEST_CASE("a disk goes when the agent, told of it no more, says that nobody uses it")
{
    Qubes qubes;
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});
    qubes.driver->start("work");
    qubes.hypervisor->set_wanted(work, std::vector<VolumeSlot>{}, {});
    const auto serial = std::string(20, '1');
    qubes.guest->held = {serial};

    CHECK(qubes.hypervisor->detach(work, one) == Detached::in_use);
    CHECK(qubes.told(work) == told_nothing);
    CHECK(qubes.live().find_disk(serial) != nullptr);

    qubes.guest->held.clear();
    CHECK(qubes.hypervisor->detach(work, one) == Detached::gone);
    CHECK(qubes.live().find_disk(serial) == nullptr);
}

TEST_CASE("of two releases of an app the machine is told of the one that is wanted")
{
    Qubes qubes;
    qubes.hypervisor->set_wanted(work, std::vector{one_newer}, {});
    qubes.driver->start("work");
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});
    qubes.guest->held = {std::string(20, '2')};

    qubes.hypervisor->attach(work, one);
    CHECK(qubes.told(work) == told_one);
    CHECK(qubes.hypervisor->detach(work, one_newer) == Detached::in_use);
    CHECK(qubes.told(work) == told_one);

    // Back again, while its disk is still there.
    qubes.hypervisor->set_wanted(work, std::vector{one_newer}, {});
    qubes.guest->held.clear();
    CHECK(qubes.hypervisor->detach(work, one) == Detached::gone);
    CHECK(qubes.told(work) == "qpkg-announced-2\ns0 org.example.one 1.0-1 private " + std::string(64, '2') + '\n');
}

TEST_CASE("a machine has room for so many volumes at once")
{
    Qubes qubes;
    std::vector<VolumeSlot> many;
    for (std::size_t i = 0; i < libvirt::most_slots; ++i) {
        auto root = std::string(64, 'a');
        root[0] = static_cast<char>('a' + i % 6);
        root[1] = static_cast<char>('0' + i / 6);
        many.push_back({AppId::require("org.example.app" + std::to_string(i)), "1.0", *VolumeId::from_hex(root)});
    }
    qubes.hypervisor->set_wanted(work, many, {});
    qubes.driver->start("work");

    CHECK_FAILS(Code::conflict, "no room", qubes.hypervisor->attach(work, one));
    CHECK(qubes.hypervisor->detach(work, many[0]) == Detached::gone);
    qubes.hypervisor->attach(work, one);
}

TEST_CASE("what the agent did not show is not attached, and is tried again")
{
    Qubes qubes;
    qubes.driver->start("work");
    qubes.guest->answers = false;

    CHECK_FAILS(Code::failed, "does not answer", qubes.hypervisor->attach(work, one));
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {}}});
    qubes.guest->answers = true;
    qubes.hypervisor->attach(work, one);
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {one}}});
    CHECK(qubes.live().disks.size() == 4);

    qubes.guest->answers = false;
    CHECK_FAILS(Code::failed, "does not answer", qubes.hypervisor->detach(work, one));
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("a volume that is not there is not attached")
{
    Qubes qubes;
    qubes.driver->start("work");

    CHECK_FAILS(Code::not_found, "org.example.four", qubes.hypervisor->attach(work, slot("org.example.four", '4')));
    CHECK(qubes.live().disks.size() == 3);
}

TEST_CASE("a domain of somebody else is never listed, changed or removed")
{
    Qubes qubes;
    const auto foreign = QubeName::require("foreign");
    const auto xml = "<domain type='test'><name>foreign</name><memory>8192</memory><os><type>hvm</type></os></domain>";
    qubes.driver->define(xml);
    const auto before = qubes.driver->next_xml("foreign");

    CHECK(qubes.hypervisor->qubes().size() == 1);
    CHECK_FAILS(Code::conflict, "foreign", qubes.hypervisor->create(foreign, base));
    CHECK_FAILS(Code::not_found, "foreign", qubes.hypervisor->set_wanted(foreign, {}, {}));
    CHECK_FAILS(Code::not_found, "foreign", qubes.hypervisor->attach(foreign, one));
    CHECK_FAILS(Code::not_found, "foreign", qubes.hypervisor->detach(foreign, one));
    qubes.hypervisor->remove(foreign);
    CHECK(qubes.driver->next_xml("foreign") == before);
}

TEST_CASE("a qube of another state directory is somebody else's")
{
    Qubes qubes;
    auto xml = qubes.driver->next_xml("work");
    const auto store = fs::canonical(qubes.directory.path()).string() + "/root\"";
    qubes.driver->undefine("work");
    xml.replace(xml.find(store), store.size(), "/elsewhere\"");
    qubes.driver->define(xml);

    CHECK(qubes.hypervisor->qubes().empty());
    CHECK_FAILS(Code::conflict, "work", qubes.hypervisor->create(work, base));
}

TEST_CASE("a private disk is kept when only the domain is gone, and never given to another qube")
{
    Qubes qubes;
    files::write(qubes.private_disk(), "mine");

    qubes.driver->undefine("work");
    qubes.hypervisor->create(work, base);
    CHECK(files::read(qubes.private_disk(), 100) == "mine");

    qubes.hypervisor->remove(work);
    CHECK(!fs::exists(qubes.private_disk().parent_path()));
    CHECK(fs::is_empty(qubes.directory.path() / "root/machines"));
    qubes.hypervisor->create(work, base);
    CHECK(fs::file_size(qubes.private_disk()) == 8 * 1024 * 1024);
}

TEST_CASE("a newer base is for the next start and leaves what is wanted")
{
    Qubes qubes;
    const auto newer = *VolumeId::from_hex(std::string(64, 'c'));
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});

    qubes.hypervisor->create(work, newer);
    CHECK(libvirt::read_domain(qubes.driver->next_xml("work")).base == base);
    qubes.hypervisor->set_wanted(work, std::vector{one}, newer);

    CHECK(libvirt::read_domain(qubes.driver->next_xml("work")).base == newer);
    CHECK(without_bases(qubes.hypervisor->wanted()) == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("without a kernel no machine is made, and doctor tells")
{
    Qubes qubes;
    fs::remove(qubes.directory.path() / "kernel");

    CHECK_FAILS(Code::not_found, "kernel", qubes.hypervisor->create(QubeName::require("other"), base));
    CHECK(qubes.hypervisor->qubes().size() == 1);
    REQUIRE(qubes.hypervisor->findings().size() == 1);
    CHECK(qubes.hypervisor->findings()[0].words.find("kernel") != std::string::npos);
}

TEST_CASE("a libvirt that is not there is told in one line")
{
    libvirt::Connection nowhere("qemu:///system?socket=/nowhere/libvirt-sock");

    CHECK_FAILS(Code::failed, "connect to libvirt", nowhere.names());
    CHECK_FAILS(Code::failed, "/nowhere/libvirt-sock", nowhere.exists("work"));
}

TEST_CASE("a guest that does not give a disk back keeps it, and hinders nothing")
{
    Qubes qubes;
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});
    qubes.driver->start("work");
    qubes.driver->stubborn = true;

    CHECK(qubes.hypervisor->detach(work, one) == Detached::in_use);
    CHECK(without_bases(qubes.hypervisor->attached()) == std::vector<Attachment>{{work, {one}}});
}

TEST_CASE("a program starts its machine, once, with all that it wants")
{
    Qubes qubes;
    qubes.stand_in(base);
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});

    CHECK(qubes.hypervisor->run(work, {{"hello"}}) == 7);
    CHECK(qubes.driver->is_running("work"));
    CHECK(qubes.hypervisor->run(work, {{"hello"}, RunAs::root}) == 7);
    CHECK(qubes.guest->runs.size() == 2);
    CHECK_FAILS(Code::not_found, "no qube personal", qubes.hypervisor->run(QubeName::require("personal"), {{"hello"}}));
}

TEST_CASE("a machine does not start without a volume or its kernel")
{
    Qubes qubes;
    qubes.hypervisor->set_wanted(work, std::vector{one}, {});

    CHECK_FAILS(Code::not_found, "the volume of the base", qubes.hypervisor->run(work, {{"hello"}}));
    qubes.stand_in(base);
    fs::remove(qubes.directory.path() / one.volume.hex());
    CHECK_FAILS(Code::not_found, "the volume of org.example.one", qubes.hypervisor->run(work, {{"hello"}}));
    qubes.stand_in(one.volume);
    fs::remove(qubes.directory.path() / "initramfs");
    CHECK_FAILS(Code::not_found, "initramfs", qubes.hypervisor->run(work, {{"hello"}}));
    CHECK(!qubes.driver->is_running("work"));
    CHECK(qubes.guest->runs.empty());
}
