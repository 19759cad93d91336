// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/host.hpp"
#include "adapters/qubes/preloaded.hpp"
#include "adapters/qubes/qubes_hypervisor.hpp"

#include "qpkg/base/log.hpp"
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

RunningQube::Kind kind_of(const Domain& domain)
{
    using enum RunningQube::Kind;
    return domain.kind == "TemplateVM" ? template_qube : domain.kind == "RemoteVM" ? remote_qube : usual;
}

/// One qube that cannot be asked hinders no other.
template <class Ask>
void add_attachment(std::vector<Attachment>& all, const QubeName& qube, const Ask& ask)
{
    try {
        all.push_back(ask());
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        if (error.code() != Code::not_found) {
            all.push_back({qube, {}, false, error.what() + (error.hint().empty() ? "" : "; " + error.hint())});
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
            RunningQube qube{domain.name, domain.is_running(), {}, kind_of(domain), domain.uuid};
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

bool QubesHypervisor::has_network(const QubeName& qube)
{
    const auto from = client_.find({"admin.vm.property.Get", "netvm", qube.text()}, "QubesVMNotFoundError");
    return !from || !with_context("the network of " + qube.text(), [&] { return is_no_qube(*from); });
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
            add_attachment(all, domain.name, [&] { return asked_for(domain.name); });
        }
    }
    return all;
}

Attachment QubesHypervisor::wanted_of(const QubeName& qube)
{
    std::vector<Attachment> one;
    add_attachment(one, qube, [&] { return asked_for(qube); });
    return one.empty() ? Attachment{qube, {}} : one.front();
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
    const auto store = std::filesystem::weakly_canonical(options_.root).string() + '/';
    std::vector<Disk> disks;
    for (const auto& device : devices) {
        // A disk of the start is named by its image's path, a hot one by its loop device; other loop devices are not
        // ours, whatever their files are called.
        const auto loop = loops.find(device.port);
        const bool is_ours = loop == loops.end() || loop->second.starts_with(store);
        disks.push_back({*letter_of_front_end(device.properties.at("_frontend-dev")), device.port,
                         is_ours ? volume_of_image(loop == loops.end() ? device.port : loop->second) : std::nullopt});
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

Attachment QubesHypervisor::attached_to(const QubeName& qube) const
{
    Attachment attached{qube, {}};
    auto found = disks(qube);
    std::erase_if(found, [](const Disk& disk) { return !disk.volume; }); // the user's own: left alone
    const auto asked = found.empty() ? std::map<Letter, Group>{} : slots_of(features(qube, is_slot_feature));
    for (const auto& disk : found) {
        const auto slots = slots_on(disk, asked);
        attached.slots.insert(attached.slots.end(), slots.begin(), slots.end());
    }
    std::ranges::sort(attached.slots);
    return attached;
}

std::vector<Attachment> QubesHypervisor::attached()
{
    std::vector<Attachment> all;
    for (const auto& domain : domains()) {
        if (domain.is_running()) {
            add_attachment(all, domain.name, [&] { return attached_to(domain.name); });
        }
    }
    return all;
}

Loops::Use QubesHypervisor::use_of_loops(const Domain& domain) const
{
    try {
        std::set<VolumeId> volumes;
        for (const auto& disk : disks(domain.name)) {
            if (disk.volume) {
                volumes.insert(*disk.volume);
            }
        }
        return volumes;
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        return std::nullopt;
    }
}

void QubesHypervisor::tidy()
{
    try {
        if (!loops_.any()) {
            return;
        }
        std::map<QubeName, Loops::Use> in_use;
        for (const auto& domain : domains()) {
            if (domain.is_running()) {
                in_use.emplace(domain.name, use_of_loops(domain));
            }
        }
        loops_.close_all_but(in_use);
    } catch (const Error& error) {
        if (error.code() == Code::interrupted) {
            throw;
        }
        log::warning(std::string("what qubes had that ended is still there: ") + error.what());
    }
}

std::vector<HostFault> QubesHypervisor::findings()
{
    std::vector<QubeName> names;
    std::set<std::string> notices;
    for (const auto& domain : domains()) {
        names.push_back(domain.name);
        const auto data = client_.find({"admin.vm.feature.List", "", domain.name.text()}, "QubesVMNotFoundError");
        for (auto& name : parse_names(data.value_or(""))) {
            if (is_slot_feature(name) && !is_disk_feature(name)) {
                notices.insert(std::move(name));
            }
        }
    }
    return inspect_host(options_.system, options_.root, names, notices);
}

} // namespace qpkg::qubes
