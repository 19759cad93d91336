// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/host.hpp"
#include "adapters/qubes/preloaded.hpp"
#include "adapters/qubes/qubes_hypervisor.hpp"

#include "qpkg/core/error.hpp"

#include <algorithm>

/// What the qubes backend reads of qubes; what it changes stands in qubes_hypervisor.cpp.
namespace qpkg::qubes {
namespace {

Error no_such_qube(const QubeName& qube)
{
    return {Code::not_found, "there is no qube " + qube.text(), "run `qvm-ls` to see the qubes"};
}

/// Disposables above all end at any time: a qube that is gone since it was listed is skipped.
template <class Step>
void unless_gone(const Step& step)
{
    try {
        step();
    } catch (const Error& error) {
        if (error.code() != Code::not_found) {
            throw;
        }
    }
}

} // namespace

std::vector<Domain> QubesHypervisor::domains() const
{
    const auto data = client_.call({"admin.vm.List", "", "dom0"});
    return with_context("admin.vm.List", [&] { return parse_domains(data); });
}

Domain QubesHypervisor::require(const QubeName& qube) const
{
    const auto all = domains();
    const auto found = std::ranges::find(all, qube, &Domain::name);
    if (found == all.end()) {
        throw no_such_qube(qube);
    }
    if (found->is_disposable()) {
        throw Error(Code::unsupported, qube.text() + " is a disposable: it has the apps of the qube it is made from",
                    "change that qube; disposables that start afterwards have its new apps");
    }
    return *found;
}

std::vector<RunningQube> QubesHypervisor::qubes()
{
    std::vector<RunningQube> all;
    for (const auto& domain : domains()) {
        unless_gone([&] {
            RunningQube qube{domain.name, domain.is_running(), {}, domain.uuid};
            if (domain.is_disposable()) {
                const auto from = client_.call({"admin.vm.property.Get", "template", domain.name.text()});
                qube.disposable_of = with_context(domain.name.text(), [&] { return parse_qube_property(from); });
            }
            all.push_back(std::move(qube));
        });
    }
    return all;
}

std::optional<BaseId> QubesHypervisor::outside_base(const QubeName& qube)
{
    require(qube);
    const auto value =
        client_.find({"admin.vm.feature.CheckWithTemplate", "qpkg.base", qube.text()}, "QubesFeatureNotFoundError");
    if (!value) {
        return std::nullopt;
    }
    return with_context("the feature qpkg.base of " + qube.text() + " or of its template",
                        [&] { return BaseId::require(*value, Code::corrupt); });
}

Features QubesHypervisor::features(const QubeName& qube, bool (*concerns)(std::string_view)) const
{
    const auto data = client_.call({"admin.vm.feature.List", "", qube.text()});
    Features features;
    for (const auto& name : with_context("the features of " + qube.text(), [&] { return parse_names(data); })) {
        if (!concerns(name)) {
            continue;
        }
        // It may have gone since it was listed.
        if (auto value = client_.find({"admin.vm.feature.Get", name, qube.text()}, "QubesFeatureNotFoundError")) {
            features.emplace(name, *std::move(value));
        }
    }
    return features;
}

Attachment QubesHypervisor::asked_for(const QubeName& qube) const
{
    const auto kept = features(qube, is_our_feature);
    Attachment wanted{qube, {}, kept.contains(renewal_feature)};
    for (const auto& [letter, group] : slots_of(kept)) {
        wanted.slots.insert(wanted.slots.end(), group.begin(), group.end());
    }
    std::ranges::sort(wanted.slots);
    return wanted;
}

std::vector<Attachment> QubesHypervisor::wanted()
{
    std::vector<Attachment> all;
    for (const auto& domain : domains()) {
        if (!domain.is_disposable()) {
            unless_gone([&] { all.push_back(asked_for(domain.name)); });
        }
    }
    return all;
}

std::vector<VolumeSlot> QubesHypervisor::named()
{
    std::vector<VolumeSlot> all;
    for (const auto& domain : domains()) {
        unless_gone([&] {
            auto slots = asked_for(domain.name).slots;
            all.insert(all.end(), slots.begin(), slots.end());
        });
    }
    return all;
}

std::vector<QubesHypervisor::Disk> QubesHypervisor::disks(const QubeName& qube) const
{
    const auto data = client_.call({"admin.vm.device.block.Attached", "", qube.text()});
    auto devices = with_context("the block devices of " + qube.text(), [&] { return parse_devices(data); });
    std::erase_if(devices, [](const Device& device) {
        const auto front = device.properties.find("_frontend-dev");
        return device.backend != "dom0" || front == device.properties.end() || !letter_of_front_end(front->second);
    });
    if (devices.empty()) {
        return {};
    }
    const auto loops = loops_.all();
    std::vector<Disk> disks;
    for (const auto& device : devices) {
        // A disk of the start is named by its image's path, a hot one by its loop device.
        const auto loop = loops.find(device.port);
        disks.push_back({*letter_of_front_end(device.properties.at("_frontend-dev")), device.port,
                         volume_of_image(loop == loops.end() ? device.port : loop->second)});
    }
    return disks;
}

Group QubesHypervisor::slots_on(const Disk& disk, const std::map<Letter, Group>& asked_for) const
{
    const auto unknown = unknown_slot(disk.letter, disk.volume);
    const auto told = asked_for.find(disk.letter);
    if (told != asked_for.end() && disk.volume == told->second.front().volume && told->second.front() != unknown) {
        return told->second;
    }
    auto known = disk.volume ? options_.known_slots(*disk.volume) : Group{};
    return known.empty() ? Group{unknown} : known;
}

std::vector<Attachment> QubesHypervisor::attached()
{
    std::vector<Attachment> all;
    for (const auto& domain : domains()) {
        if (!domain.is_running()) {
            continue;
        }
        unless_gone([&] {
            Attachment attached{domain.name, {}};
            const auto found = disks(domain.name);
            const auto asked_for =
                found.empty() ? std::map<Letter, Group>{} : slots_of(features(domain.name, is_slot_feature));
            for (const auto& disk : found) {
                const auto slots = slots_on(disk, asked_for);
                attached.slots.insert(attached.slots.end(), slots.begin(), slots.end());
            }
            std::ranges::sort(attached.slots);
            all.push_back(std::move(attached));
        });
    }
    return all;
}

std::vector<HostFault> QubesHypervisor::findings()
{
    std::vector<QubeName> names;
    for (const auto& domain : domains()) {
        names.push_back(domain.name);
    }
    return inspect_host(options_.system, options_.root / "volumes", names);
}

} // namespace qpkg::qubes
