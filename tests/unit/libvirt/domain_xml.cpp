// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/domain_xml.hpp"

#include "adapters/libvirt/machine_files.hpp"
#include "adapters/libvirt/xml.hpp"
#include "support/expect.hpp"

#include <algorithm>

using namespace qpkg;
using namespace qpkg::libvirt;

namespace {

namespace fs = std::filesystem;

const auto base = *VolumeId::from_hex(std::string(64, 'b'));
const auto newer_base = *VolumeId::from_hex(std::string(64, 'c'));

VolumeSlot slot(const std::string& app, char digit, const std::string& version = "1.0-1")
{
    return {AppId::require(app), version, *VolumeId::from_hex(std::string(64, digit))};
}

fs::path image_of(const VolumeId& volume) { return fs::path("/store/volumes") / (volume.hex() + ".erofs"); }

Settings settings()
{
    Settings some;
    some.kernel = "/boot/kernel";
    some.initramfs = "/boot/initramfs";
    some.command_line = "console=ttyS0 quiet";
    return some;
}

std::string machine(Emulation emulation = Emulation::tcg, const Settings& some = settings())
{
    return new_domain({QubeName::require("work"), "/store/machines/work/private.img", emulation}, some);
}

std::string equipped(std::string_view domain, std::vector<VolumeSlot> slots, const VolumeId& root = base)
{
    return with_equipment(domain, {"/store", root, "/store/machines/work/announced-1", std::move(slots)}, image_of);
}

std::string text_at(const std::string& xml, const std::string& path)
{
    return XmlDocument(xml).find(path).at(0).text();
}

} // namespace

TEST_CASE("a machine has a kernel, a private disk that can be written, channels and a port for each app")
{
    const auto xml = machine();
    const XmlDocument document(xml);

    CHECK(document.find("/domain[@type='qemu']").size() == 1);
    CHECK(text_at(xml, "/domain/name") == "work");
    CHECK(text_at(xml, "/domain/os/kernel") == "/boot/kernel");
    CHECK(text_at(xml, "/domain/os/initrd") == "/boot/initramfs");
    CHECK(document.find("/domain/devices/disk").size() == 1);
    CHECK(document.find("/domain/devices/disk/readonly").empty());
    CHECK(read_domain(xml).find_disk("qpkg-private")->source == "/store/machines/work/private.img");
    CHECK(document.find("/domain/devices/channel").size() == channels);
    CHECK(document.find("/domain/devices/controller[@model='pcie-root-port']").size() > most_slots + 3);
    CHECK(document.find("/domain/devices/interface").empty());
}

TEST_CASE("the processor is the host's own where it can be")
{
    CHECK(XmlDocument(machine(Emulation::kvm)).find("/domain[@type='kvm']/cpu[@mode='host-passthrough']").size() == 1);
    CHECK(XmlDocument(machine(Emulation::tcg)).find("/domain[@type='qemu']/cpu[@mode='maximum']").size() == 1);
}

TEST_CASE("what the settings say is in the machine")
{
    auto some = settings();
    some.emulator = "/opt/qemu & co";
    some.network = "default";
    some.memory = 512;
    const auto xml = machine(Emulation::tcg, some);

    CHECK(text_at(xml, "/domain/devices/emulator") == "/opt/qemu & co");
    CHECK(XmlDocument(xml).find("/domain/devices/interface/source[@network='default']").size() == 1);
    CHECK(read_domain(xml).has_network);
    CHECK(XmlDocument(xml).find("/domain/memory[@unit='MiB']").at(0).text() == "512");
}

TEST_CASE("volumes are read-only disks, named by the beginning of their roots, that libvirt gives to nobody")
{
    const auto one = slot("org.example.one", '1');
    const auto xml = equipped(machine(), {one});
    const auto view = read_domain(xml);

    CHECK(view.store == "/store");
    CHECK(view.base == base);
    CHECK(view.slots == std::vector{one});
    CHECK(view.announced() == "/store/machines/work/announced-1");
    for (const auto& serial : {std::string(20, 'b'), std::string(20, '1'), std::string("qpkg-announced")}) {
        const auto disk = "/domain/devices/disk[serial='" + serial + "']";
        CHECK(XmlDocument(xml).find(disk + "[readonly]/source/seclabel[@model='dac' and @relabel='no']").size() == 1);
    }
    CHECK(view.find_disk(std::string(20, '1'))->source == image_of(one.volume));
    CHECK(text_at(xml, "/domain/os/cmdline") ==
          "root=/dev/disk/by-id/virtio-" + std::string(20, 'b') + " console=ttyS0 quiet");
}

TEST_CASE("other volumes take the place of those a domain had; what people changed stays")
{
    auto xml = equipped(machine(), {slot("org.example.one", '1'), slot("org.example.two", '2')});
    const std::string_view devices = "</devices>";
    xml.insert(xml.find(devices),
               "<disk type='file' device='disk'><source file='/data'/><target dev='vdz' bus='virtio'/>"
               "<serial>mine</serial></disk><graphics type='vnc' passwd='secret'/>");

    const auto changed = equipped(xml, {slot("org.example.two", '3')}, newer_base);

    const auto view = read_domain(changed);
    CHECK(view.base == newer_base);
    CHECK(view.slots == std::vector{slot("org.example.two", '3')});
    CHECK(view.find_disk(std::string(20, '1')) == nullptr);
    CHECK(view.find_disk(std::string(20, 'b')) == nullptr);
    CHECK(view.find_disk("mine")->source == "/data");
    CHECK(view.find_disk("qpkg-private") != nullptr);
    CHECK(XmlDocument(changed).find("/domain/devices/graphics[@passwd='secret']").size() == 1);
    CHECK(XmlDocument(changed).find("/domain/metadata/*").size() == 1);
    CHECK(text_at(changed, "/domain/os/cmdline") ==
          "root=/dev/disk/by-id/virtio-" + std::string(20, 'c') + " console=ttyS0 quiet");
    CHECK(equipped(changed, {slot("org.example.two", '3')}, newer_base) == changed);
}

TEST_CASE("the base of a view is a disk beside it, and without that the app is not there")
{
    auto one = slot("org.example.one", '1');
    one.base = newer_base;

    auto xml = equipped(machine(), {one});

    CHECK(read_domain(xml).find_disk(std::string(20, 'c'))->source == image_of(newer_base));
    CHECK(read_domain(xml).slots == std::vector{one});
    const auto serial = xml.find(std::string(20, 'c'));
    CHECK(read_domain(xml.replace(serial, 1, "d")).slots.empty());
    CHECK(read_domain(equipped(equipped(machine(), {one}), {})).find_disk(std::string(20, 'c')) == nullptr);
}

TEST_CASE("no two disks have one name, also past the letters")
{
    std::vector<VolumeSlot> slots;
    for (std::size_t i = 0; i < most_slots; ++i) {
        auto root = std::string(64, '0');
        root[0] = static_cast<char>('a' + i % 6);
        root[1] = static_cast<char>('0' + i / 6);
        slots.push_back({AppId::require("org.example.app" + std::to_string(i)), "1.0", *VolumeId::from_hex(root)});
    }
    auto disks = read_domain(equipped(machine(), slots)).disks;

    CHECK(disks.size() == most_slots + 3);
    std::ranges::sort(disks, {}, &Disk::target);
    CHECK(std::ranges::adjacent_find(disks, {}, &Disk::target) == disks.end());
    CHECK(target_name(25) == "vdz");
    CHECK(target_name(26) == "vdaa");
    CHECK(target_name(26 + 26 * 26) == "vdaaa");
}

TEST_CASE("signs that mean something in XML are only signs in ours")
{
    const auto odd = slot("org.example.one", '1', "1.0<&>'\"]]>");
    const auto view = read_domain(with_equipment(machine(), {"/st<o>re & \"'co", base, "/a&b", {odd}},
                                                 [](const VolumeId&) { return fs::path("/i&'<\"m>g"); }));

    CHECK(view.store == "/st<o>re & \"'co");
    CHECK(view.slots == std::vector{odd});
    CHECK(view.announced() == "/a&b");
    CHECK(view.find_disk(std::string(20, '1'))->source == "/i&'<\"m>g");
}

TEST_CASE("a slot without its disk, and one that makes no sense, is not there")
{
    auto xml = equipped(machine(), {slot("org.example.one", '1'), slot("org.example.two", '2')});
    const auto broken = xml.find("org.example.two 1.0-1");
    xml.replace(broken, std::string_view("org.example.two").size(), "not an app's name");
    auto no_disk = xml;
    no_disk.replace(no_disk.find("<serial>1111"), std::string_view("<serial>").size(), "<serial>x");

    CHECK(read_domain(xml).slots == std::vector{slot("org.example.one", '1')});
    CHECK(read_domain(no_disk).slots.empty());
}

TEST_CASE("a domain of somebody else is nobody's qube")
{
    const auto view =
        read_domain("<domain><name>work</name><metadata><qube xmlns='urn:other' store='/store'/></metadata>"
                    "<devices/></domain>");

    CHECK(view.store.empty());
    CHECK(view.slots.empty());
    CHECK_FAILS(Code::corrupt, "XML", read_domain("<domain>"));
    CHECK_FAILS(Code::corrupt, "name", read_domain("<domain/>"));
}

TEST_CASE("a config disk has the announced text, then zeros, and always the same size")
{
    const auto disk = config_disk(std::vector{slot("org.example.one", '1'), slot("org.example.two", '2')});

    CHECK(disk.size() == 65536);
    CHECK(disk.substr(0, disk.find('\0')) == "qpkg-announced-2\ns0 org.example.one 1.0-1 private " +
                                                 std::string(64, '1') + "\ns1 org.example.two 1.0-1 private " +
                                                 std::string(64, '2') + '\n');
    CHECK(disk.find_first_not_of('\0', disk.find('\0')) == std::string::npos);
    CHECK(config_disk({}).size() == disk.size());
    CHECK_FAILS(Code::no_space, "config disk",
                config_disk(std::vector(200, slot("org.example.one", '1', std::string(400, 'v')))));
}
