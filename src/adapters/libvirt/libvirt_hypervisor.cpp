// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/libvirt/libvirt_hypervisor.hpp"

#include "adapters/libvirt/told_slots.hpp"

#include "qpkg/base/log.hpp"
#include "qpkg/core/error.hpp"
#include "qpkg/core/fault.hpp"
#include "qpkg/core/removal.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <thread>

namespace qpkg::libvirt {
namespace {

namespace fs = std::filesystem;

constexpr auto patience_with_shutdown = std::chrono::seconds(120);
constexpr auto between_looks_at_shutdown = std::chrono::milliseconds(200);

Error no_such_qube(const QubeName& qube)
{
    return {Code::not_found, "there is no qube " + qube.text(), "run `qpkg qube list` to see the qubes"};
}

/// A domain can go at any time: one that is gone since it was listed is skipped.
template <class Step>
void unless_gone(const Step& step)
{
    try {
        step();
    } catch (const Error& error) {
        if (error.code() != Code::not_found && error.code() != Code::conflict) {
            throw;
        }
    }
}

} // namespace

LibvirtHypervisor::LibvirtHypervisor(LibvirtOptions options, std::unique_ptr<Connection> connection,
                                     std::unique_ptr<Guest> guest)
    : options_(std::move(options)), root_(fs::weakly_canonical(options_.root)), connection_(std::move(connection)),
      guest_(std::move(guest)), files_(root_ / "machines")
{
}

Capabilities LibvirtHypervisor::capabilities() const
{
    return {.hot_attach = true, .max_slots = most_slots, .owns_qubes = true, .makes_qubes = true, .keeps_bases = true};
}

std::vector<DomainView> LibvirtHypervisor::ours()
{
    std::vector<DomainView> all;
    for (const auto& name : connection_->names()) {
        unless_gone([&] {
            auto view = read_domain(connection_->next_xml(name));
            if (is_ours(view) && QubeName::parse(name)) {
                all.push_back(std::move(view));
            }
        });
    }
    return all;
}

std::optional<DomainView> LibvirtHypervisor::find_live(const QubeName& qube)
{
    std::optional<DomainView> live;
    unless_gone([&] {
        if (connection_->is_running(qube.text())) {
            live = read_domain(connection_->live_xml(qube.text()));
        }
    });
    return live;
}

DomainView LibvirtHypervisor::require(const QubeName& qube)
{
    if (connection_->exists(qube.text())) {
        auto view = read_domain(connection_->next_xml(qube.text()));
        if (is_ours(view)) {
            return view;
        }
    }
    throw no_such_qube(qube);
}

bool LibvirtHypervisor::has_network(const QubeName& qube)
{
    return !connection_->exists(qube.text()) || read_domain(connection_->next_xml(qube.text())).has_network;
}

std::vector<RunningQube> LibvirtHypervisor::qubes()
{
    std::vector<RunningQube> all;
    for (const auto& view : ours()) {
        all.push_back({QubeName::require(view.name), connection_->is_running(view.name)});
    }
    return all;
}

std::vector<Attachment> LibvirtHypervisor::wanted()
{
    std::vector<Attachment> all;
    for (auto& view : ours()) {
        all.push_back({.qube = QubeName::require(view.name), .slots = std::move(view.slots), .base = view.base});
    }
    return all;
}

std::vector<Attachment> LibvirtHypervisor::attached()
{
    std::vector<Attachment> all;
    for (const auto& view : ours()) {
        const auto name = QubeName::require(view.name);
        if (auto live = find_live(name)) {
            all.push_back({.qube = name, .slots = std::move(live->slots), .base = live->base});
        }
    }
    return all;
}

void LibvirtHypervisor::require_boot_files() const
{
    for (const auto& [what, file] :
         {std::pair("kernel", options_.settings.kernel), std::pair("initramfs", options_.settings.initramfs)}) {
        if (!fs::exists(file)) {
            throw Error(
                Code::not_found,
                "the " + std::string(what) + " of virtual machines, " + file.string() + ", is not there",
                "put one there, or say in /etc/qpkg/libvirt.toml where it is; /usr/libexec/qpkg/make-initramfs makes "
                "an initramfs");
        }
    }
}

void LibvirtHypervisor::create(const QubeName& qube, const VolumeId& base)
{
    if (connection_->exists(qube.text())) {
        if (!is_ours(read_domain(connection_->next_xml(qube.text())))) {
            throw Error(Code::conflict,
                        "libvirt has a domain " + qube.text() + " that is not a qube of " + root_.string(),
                        "give the qube another name");
        }
        files_.prepare(qube, options_.settings.disk);
        return;
    }
    require_boot_files();
    files_.prepare(qube, options_.settings.disk);
    const auto& settings = options_.settings;
    const bool kvm = settings.accelerator == Accelerator::kvm ||
                     (settings.accelerator == Accelerator::automatic && connection_->offers_kvm(settings.emulator));
    const NewDomain domain{qube, files_.private_disk(qube), kvm ? Emulation::kvm : Emulation::tcg};
    equip(qube, new_domain(domain, settings), base, {});
}

void LibvirtHypervisor::equip(const QubeName& qube, const std::string& xml, const VolumeId& base,
                              std::vector<VolumeSlot> slots)
{
    std::set<fs::path> used{read_domain(xml).announced()};
    if (const auto live = find_live(qube)) {
        used.insert(live->announced());
    }
    auto config = files_.new_config(qube, slots, used);
    const Equipment equipment{root_, base, std::move(config), std::move(slots)};
    connection_->define(with_equipment(xml, equipment, options_.volume_path));
    fault_point("libvirt.defined");
}

void LibvirtHypervisor::require_removable(const QubeName& qube)
{
    with_context("remove the qube " + qube.text(), [&] { files::require_removable(files_.of(qube)); });
}

void LibvirtHypervisor::remove(const QubeName& qube)
{
    if (!connection_->exists(qube.text()) || !is_ours(read_domain(connection_->next_xml(qube.text())))) {
        return;
    }
    if (connection_->is_running(qube.text())) {
        throw Error(Code::conflict, "remove the qube " + qube.text() + ": it is running",
                    "end it: virsh shutdown " + qube.text());
    }
    // First: another qube of this name must never get this one's home.
    files_.forget(qube);
    connection_->undefine(qube.text());
    fault_point("libvirt.undefined");
    files_.remove_forgotten();
}

void LibvirtHypervisor::set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                                   const std::optional<VolumeId>& base)
{
    const auto view = require(qube);
    auto next = possible_slots(qube, slots, most_slots);
    const auto next_base = base ? base : view.base;
    if (next == view.slots && next_base == view.base) {
        return;
    }
    if (!next_base) {
        throw Error(Code::failed, "the domain " + qube.text() + " does not say what its base is any more",
                    "remove it with `virsh undefine` and run this again: its private disk stays");
    }
    equip(qube, connection_->next_xml(qube.text()), *next_base, std::move(next));
}

/// The serial numbers of disks that are not among `slots` and still in use.
std::set<std::string> LibvirtHypervisor::tell(const QubeName& qube, const DomainView& live,
                                              std::vector<VolumeSlot> slots)
{
    std::ranges::sort(slots);
    const auto next = require(qube);
    if (next.announced() == live.announced()) {
        // It started with what the next start is to find, too: that must not change with it.
        equip(qube, connection_->next_xml(qube.text()), next.base.value(), next.slots);
    }
    MachineFiles::change_config(live.announced(), slots);
    auto in_use = guest_->refresh(door_of(qube, live));
    fault_point("libvirt.told");
    return in_use;
}

void LibvirtHypervisor::record(const QubeName& qube, const DomainView& live, std::span<const VolumeSlot> slots)
{
    connection_->set_live_metadata(qube.text(), metadata_of(root_, live.base.value(), slots), metadata_uri);
    fault_point("libvirt.recorded");
}

void LibvirtHypervisor::attach(const QubeName& qube, const VolumeSlot& slot)
{
    const auto next = require(qube);
    const auto live = find_live(qube);
    if (!live) {
        throw Error(Code::conflict, qube.text() + " is not running");
    }
    if (contains(live->slots, slot)) {
        return;
    }
    plug_volumes(qube, *live, slot);
    // The apps of one volume come together.
    std::vector<VolumeSlot> added{slot};
    std::ranges::copy_if(next.slots, std::back_inserter(added), [&](const VolumeSlot& other) {
        return other.volume == slot.volume && !same_volume(other, slot) && !contains(live->slots, other);
    });
    // An older volume of the app is not wanted any more.
    auto told = told_of(next.slots, live->slots);
    told.insert(told.end(), added.begin(), added.end());
    tell(qube, *live, told);
    auto attached = as_told(live->slots, told);
    attached.insert(attached.end(), added.begin(), added.end());
    record(qube, *live, attached); // last: until then a repeated call does all of it again
}

Detached LibvirtHypervisor::detach(const QubeName& qube, const VolumeSlot& slot)
{
    const auto next = require(qube);
    const auto live = find_live(qube);
    if (!live || !contains(live->slots, slot)) {
        return Detached::gone;
    }
    auto rest = live->slots;
    std::erase_if(rest, [&](const VolumeSlot& other) { return other.volume == slot.volume; });
    const auto told = told_of(next.slots, rest);
    const auto in_use = tell(qube, *live, told);
    const auto& disk = *live->find_disk(serial_of(slot.volume));
    // Linux gives a disk back even while a program reads from it, which then gets errors: so the agent is asked first.
    if (in_use.contains(disk.serial) || !unplug(qube, disk)) {
        return Detached::in_use;
    }
    unplug_base(qube, *live, slot, rest, in_use);
    record(qube, *live, as_told(std::move(rest), told));
    return Detached::gone;
}

void LibvirtHypervisor::announce(const QubeName& qube)
{
    const auto next = require(qube);
    if (const auto live = find_live(qube)) {
        const auto told = told_of(next.slots, live->slots);
        tell(qube, *live, told);
        record(qube, *live, as_told(live->slots, told));
    }
}

Door LibvirtHypervisor::door_of(const QubeName& qube, const DomainView& live) const
{
    return {qube, files_.of(qube), live.channels};
}

/// libvirt's own words for a missing file name neither the app nor the way out.
void LibvirtHypervisor::begin(const DomainView& next)
{
    require_boot_files();
    const auto require_volume = [&](const std::string& what, const VolumeId& volume) {
        if (!fs::exists(options_.volume_path(volume))) {
            throw no_volume(what, volume);
        }
    };
    if (next.base) {
        require_volume("the base", *next.base);
    }
    for (const auto& slot : next.slots) {
        require_volume(slot.app.text(), slot.volume);
        if (slot.base) {
            require_volume("the base below " + slot.app.text(), *slot.base);
        }
    }
    log::note("starting " + next.name);
    connection_->start(next.name);
}

int LibvirtHypervisor::run(const QubeName& qube, const RunRequest& request)
{
    const auto next = require(qube);
    auto live = find_live(qube);
    if (!live) {
        begin(next);
        live = find_live(qube);
    }
    if (!live) {
        throw Error(Code::failed, qube.text() + " ended as soon as it was started");
    }
    return with_context("run in " + qube.text(), [&] { return guest_->run(door_of(qube, *live), request); });
}

void LibvirtHypervisor::start(const QubeName& qube)
{
    const auto next = require(qube);
    if (!connection_->is_running(next.name)) {
        begin(next);
    }
}

void LibvirtHypervisor::stop(const QubeName& qube)
{
    require(qube);
    if (!connection_->is_running(qube.text())) {
        return;
    }
    connection_->shut_down(qube.text());
    const auto deadline = std::chrono::steady_clock::now() + patience_with_shutdown;
    while (connection_->is_running(qube.text())) {
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(Code::failed, "stop " + qube.text() + ": it does not shut down",
                        "to take its power away: virsh destroy " + qube.text());
        }
        std::this_thread::sleep_for(between_looks_at_shutdown);
    }
}

std::vector<HostFault> LibvirtHypervisor::findings()
{
    try {
        require_boot_files();
    } catch (const Error& error) {
        return {{HostFault::Weight::problem, "libvirt", error.what(), error.hint()}};
    }
    return {};
}

} // namespace qpkg::libvirt
