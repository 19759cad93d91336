// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/domain_xml.hpp"

#include "adapters/libvirt/xml.hpp"
#include "repo-format/guest/announcement.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t serial_digits = 20;
constexpr const char* config_serial = "qpkg-announced"; // repo-format/guest/announcement.md
constexpr const char* private_serial = "qpkg-private";
constexpr std::string_view root_word = "root=/dev/disk/by-id/virtio-";
// Base, private and config disk, channels, network, and a few for what people add.
constexpr std::size_t other_ports = 10;

std::string in_quotes(std::string_view text) { return "'" + xml_escaped(text) + "'"; }

std::string element(const std::string& name, std::string_view text)
{
    return "<" + name + ">" + xml_escaped(text) + "</" + name + ">";
}

std::string metadata_path()
{
    return "/domain/metadata/*[local-name()='qube' and namespace-uri()='" + std::string(metadata_uri) + "']";
}

/// libvirt must not give the store's files to the user that QEMU runs as: other machines read them, too.
std::string shared_disk(const fs::path& file, const std::string& target, std::string_view serial)
{
    return "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file=" + in_quotes(file.string()) +
           "><seclabel model='dac' relabel='no'/></source><target dev=" + in_quotes(target) +
           " bus='virtio'/><readonly/><shareable/>" + element("serial", serial) + "</disk>";
}

bool is_volume(const Disk& disk)
{
    return disk.serial.size() == serial_digits &&
           std::ranges::all_of(disk.serial, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string machine_elements(Emulation emulation)
{
    const bool x86 = native_arch().text() == "x86_64";
    // Linux 6.12 stops in QEMU 7.2's emulation of this instruction.
    const std::string unsound = x86 ? "<feature policy='disable' name='cx16'/>" : "";
    return "<os><type arch=" + in_quotes(native_arch().text()) + " machine=" + (x86 ? "'q35'" : "'virt'") +
           ">hvm</type></os><features><acpi/></features>" +
           (emulation == Emulation::kvm ? "<cpu mode='host-passthrough'/>"
                                        : "<cpu mode='maximum'>" + unsound + "</cpu>");
}

/// A volume is plugged into a port of its own while the machine runs; ports cannot be added then.
std::string ports()
{
    std::string all = "<controller type='pci' model='pcie-root'/>";
    for (std::size_t i = 0; i < most_slots + other_ports; ++i) {
        all += "<controller type='pci' model='pcie-root-port'/>";
    }
    return all;
}

std::string channel_elements()
{
    std::string all;
    for (std::size_t i = 0; i < channels; ++i) {
        all += "<channel type='unix'><target type='virtio' name='org.qpkg." + std::to_string(i) + "'/></channel>";
    }
    return all;
}

std::string device_elements(const NewDomain& domain, const Settings& settings)
{
    auto all = ports() + "<controller type='usb' model='none'/>" +
               "<disk type='file' device='disk'><driver name='qemu' type='raw' discard='unmap'/><source file=" +
               in_quotes(domain.private_disk.string()) + "/><target dev='vdb' bus='virtio'/>" +
               element("serial", private_serial) + "</disk>" + channel_elements() +
               "<console type='pty'/><memballoon model='none'/>";
    if (!settings.emulator.empty()) {
        all += element("emulator", settings.emulator);
    }
    if (!settings.network.empty()) {
        all += "<interface type='network'><source network=" + in_quotes(settings.network) +
               "/><model type='virtio'/></interface>";
    }
    return all;
}

/// The kernel's words with another root.
std::string with_root(const std::string& line, const VolumeId& base)
{
    auto words = text::split(line, ' ');
    std::erase_if(words, [](const std::string& word) { return word.empty() || word.starts_with(root_word); });
    words.insert(words.begin(), std::string(root_word) + serial_of(base));
    return text::join(words, " ");
}

/// With `prefix` on each name, and `declared` what it stands for.
std::string qube_element(const std::string& prefix, const std::string& declared, const fs::path& store,
                         const VolumeId& base, std::span<const VolumeSlot> slots)
{
    auto text = "<" + prefix + "qube" + declared + " store=" + in_quotes(store.string()) + ">" +
                element(prefix + "base", base.hex());
    for (const auto& slot : slots) {
        text += element(prefix + "slot", encode_slot(slot));
    }
    return text + "</" + prefix + "qube>";
}

XmlElement only(const XmlDocument& document, const std::string& path)
{
    const auto found = document.find(path);
    if (found.empty()) {
        throw Error(Code::corrupt, "libvirt's description of the domain has no " + path);
    }
    return found.front();
}

std::string text_at(const XmlElement& element, const std::string& path)
{
    const auto found = element.find(path);
    return found.empty() ? std::string() : found.front().text();
}

std::string attribute_at(const XmlElement& element, const std::string& path, const std::string& name)
{
    const auto found = element.find(path);
    return found.empty() ? std::string() : found.front().attribute(name);
}

Disk disk_of(const XmlElement& element)
{
    return {text_at(element, "serial"), attribute_at(element, "target", "dev"), attribute_at(element, "source", "file"),
            element.xml()};
}

/// What people made of our words is no reason to stop: the volume is not told, so it is set again.
std::optional<VolumeSlot> slot_of(const std::string& line)
{
    try {
        return parse_slot(line);
    } catch (const Error&) {
        return std::nullopt;
    }
}

void remove_equipment(XmlDocument& document)
{
    for (auto& disk : document.find("/domain/devices/disk")) {
        const auto now = disk_of(disk);
        if (is_volume(now) || now.serial == config_serial) {
            disk.remove();
        }
    }
    for (auto& element : document.find(metadata_path())) {
        element.remove();
    }
}

void read_metadata(const XmlElement& qube, DomainView& view)
{
    view.store = qube.attribute("store");
    view.base = VolumeId::from_hex(text_at(qube, "*[local-name()='base']"));
    for (const auto& told : qube.find("*[local-name()='slot']")) {
        auto slot = slot_of(told.text());
        const auto has = [&](const VolumeId& volume) { return view.find_disk(serial_of(volume)) != nullptr; };
        if (slot && has(slot->volume) && (!slot->base || has(*slot->base))) {
            view.slots.push_back(*std::move(slot));
        }
    }
    std::ranges::sort(view.slots);
}

} // namespace

std::string serial_of(const VolumeId& volume) { return volume.hex().substr(0, serial_digits); }

std::string target_name(std::size_t number)
{
    std::string letters;
    for (++number; number > 0; number = (number - 1) / 26) {
        letters.insert(letters.begin(), static_cast<char>('a' + (number - 1) % 26));
    }
    return "vd" + letters;
}

std::string volume_disk(const VolumeId& volume, const fs::path& image, const std::string& target)
{
    return shared_disk(image, target, serial_of(volume));
}

std::string new_domain(const NewDomain& domain, const Settings& settings)
{
    const auto type = domain.emulation == Emulation::kvm ? "kvm" : "qemu";
    XmlDocument document("<domain type='" + std::string(type) + "'>" + element("name", domain.name.text()) +
                         "<metadata/><memory unit='MiB'>" + std::to_string(settings.memory) + "</memory><vcpu>" +
                         std::to_string(settings.processors) + "</vcpu>" + machine_elements(domain.emulation) +
                         "<clock offset='utc'/><devices>" + device_elements(domain, settings) + "</devices></domain>");
    only(document, "/domain/os")
        .add(element("kernel", settings.kernel.string()) + element("initrd", settings.initramfs.string()) +
             element("cmdline", settings.command_line));
    return document.text();
}

std::string metadata_of(const fs::path& store, const VolumeId& base, std::span<const VolumeSlot> slots)
{
    return qube_element("", "", store, base, slots);
}

std::string with_equipment(std::string_view domain, const Equipment& equipment, const ImageOf& image_of)
{
    XmlDocument document(domain);
    remove_equipment(document);
    if (document.find("/domain/metadata").empty()) {
        only(document, "/domain").add("<metadata/>");
    }
    only(document, "/domain/metadata")
        .add(qube_element("qpkg:", " xmlns:qpkg=" + in_quotes(metadata_uri), equipment.store, equipment.base,
                          equipment.slots));
    auto line = only(document, "/domain/os/cmdline");
    line.set_text(with_root(line.text(), equipment.base));

    auto view = read_domain(document.text());
    auto devices = only(document, "/domain/devices");
    const auto add = [&](const std::string& serial, const fs::path& file) {
        if (view.find_disk(serial) == nullptr) {
            const auto target = view.free_target();
            devices.add(shared_disk(file, target, serial));
            view.disks.push_back({serial, target, file, {}});
        }
    };
    add(serial_of(equipment.base), image_of(equipment.base));
    add(config_serial, equipment.announced);
    for (const auto& slot : equipment.slots) {
        add(serial_of(slot.volume), image_of(slot.volume));
        if (slot.base) {
            add(serial_of(*slot.base), image_of(*slot.base));
        }
    }
    return document.text();
}

const Disk* DomainView::find_disk(std::string_view serial) const
{
    const auto found = std::ranges::find(disks, serial, &Disk::serial);
    return found == disks.end() ? nullptr : &*found;
}

fs::path DomainView::announced() const
{
    const auto* disk = find_disk(config_serial);
    return disk == nullptr ? fs::path() : disk->source;
}

std::string DomainView::free_target() const
{
    for (std::size_t number = 0;; ++number) {
        auto target = target_name(number);
        if (std::ranges::find(disks, target, &Disk::target) == disks.end()) {
            return target;
        }
    }
}

DomainView read_domain(std::string_view xml)
{
    const XmlDocument document(xml);
    DomainView view;
    view.name = only(document, "/domain/name").text();
    for (const auto& disk : document.find("/domain/devices/disk")) {
        view.disks.push_back(disk_of(disk));
    }
    for (const auto& channel : document.find("/domain/devices/channel[starts-with(target/@name, 'org.qpkg.')]")) {
        view.channels.emplace_back(attribute_at(channel, "source", "path"));
    }
    view.has_network = !document.find("/domain/devices/interface").empty();
    if (const auto ours = document.find(metadata_path()); !ours.empty()) {
        read_metadata(ours.front(), view);
    }
    return view;
}

} // namespace qpkg::libvirt
