// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/qubes_hypervisor.hpp"

#include "adapters/qubes/agent.hpp"
#include "adapters/qubes/desktop.hpp"
#include "adapters/qubes/host.hpp"
#include "adapters/qubes/preloaded.hpp"

#include "qpkg/core/fault.hpp"
#include "qpkg/core/interrupt.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <thread>

namespace qpkg::qubes {
namespace {

constexpr auto offer_patience = std::chrono::seconds(10); ///< udev and qubesd take less than one

/// Its agent must be asked before disks come or go.
void require_answers(const Domain& domain)
{
    if (!domain.is_running()) {
        throw Error(Code::conflict, domain.name.text() + " is not running");
    }
    if (!domain.answers()) {
        throw Error(Code::conflict,
                    domain.name.text() + (domain.state == "Paused" ? " is paused" : " is still starting"),
                    "when it runs: qpkg doctor says whether something is missing");
    }
}

std::set<QubeName> running_names(const std::vector<Domain>& domains)
{
    std::set<QubeName> names;
    for (const auto& domain : domains) {
        if (domain.is_running()) {
            names.insert(domain.name);
        }
    }
    return names;
}

std::vector<VolumeSlot> possible(const QubeName& qube, std::span<const VolumeSlot> slots)
{
    auto sorted = possible_slots(qube, slots, most_slots);
    std::map<VolumeId, std::size_t> apps;
    for (const auto& slot : sorted) {
        if (++apps[slot.volume] > most_apps) {
            throw Error(Code::unsupported, qube.text() + ": a volume can hold " + std::to_string(most_apps) + " apps");
        }
    }
    return sorted;
}

/// For a shell: single quotes, each quote of the word outside of them.
std::string shell_word(const std::string& word)
{
    std::string result = "'";
    for (const auto c : word) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + '\'';
}

} // namespace

QubesHypervisor::QubesHypervisor(QubesOptions options)
    : options_(std::move(options)), client_(options_.socket, options_.patience),
      loops_(options_.losetup, options_.root / "attached")
{
}

Capabilities QubesHypervisor::capabilities() const
{
    return {.hot_attach = true, .max_slots = most_slots, .makes_qubes = false};
}

void QubesHypervisor::create(const QubeName& qube, const VolumeId&)
{
    const auto all = domains();
    if (std::ranges::find(all, qube, &Domain::name) == all.end()) {
        throw Error(Code::unsupported, "this backend makes no qubes: " + qube.text() + " is not there",
                    "make it: qvm-create --class AppVM --label red --template TEMPLATE " + qube.text());
    }
}

void QubesHypervisor::remove(const QubeName& qube)
{
    const auto all = domains();
    const auto found = std::ranges::find(all, qube, &Domain::name);
    if (found == all.end()) {
        return;
    }
    if (found->is_running()) {
        throw Error(Code::conflict, "remove the apps of the qube " + qube.text() + ": it is running");
    }
    set_wanted(qube, {}, std::nullopt);
}

void QubesHypervisor::apply(const QubeName& qube, const std::vector<FeatureChange>& changes) const
{
    for (const auto& change : changes) {
        if (change.value) {
            client_.call({"admin.vm.feature.Set", change.name, qube.text(), *change.value});
        } else {
            // Removed by somebody else meanwhile is as good.
            client_.find({"admin.vm.feature.Remove", change.name, qube.text()}, "QubesFeatureNotFoundError");
        }
        fault_point("qubes.feature");
    }
}

/// The base is a template, which others set.
void QubesHypervisor::set_wanted(const QubeName& qube, std::span<const VolumeSlot> slots,
                                 const std::optional<VolumeId>&)
{
    const auto next = possible(qube, slots);
    std::set<Letter> busy;
    if (require(qube).is_running()) {
        for (const auto& disk : disks(qube)) {
            busy.insert(disk.letter);
        }
    }
    hide_images(options_.root / "volumes");
    const auto now = features(qube, is_our_feature);
    const auto changes = plan_features(now, next, busy);
    const auto note = now.find(renewal_feature);
    if (changes.empty() && note == now.end()) {
        return;
    }
    const auto renewal = begin_renewal(client_, qube, note == now.end() ? nullptr : &note->second);
    apply(qube, changes);
    if (renewal) {
        renew_preloaded(client_, qube, *renewal);
    }
}

void QubesHypervisor::wait_until_offered(const std::string& port) const
{
    const Request look{"admin.vm.device.block.Available", port, "dom0"};
    const auto is_offered = [&] { return !parse_devices(client_.call(look)).empty(); };
    const Event sign{"dom0", "device-list-change:block", {}};
    if (!is_offered() && !client_.await(sign, is_offered, offer_patience)) {
        throw Error(Code::failed, "qubesd does not offer the device " + port,
                    "is " + loops_.directory().string() + " below a .qubes-exclude-block-devices?");
    }
}

void QubesHypervisor::attach(const QubeName& qube, const VolumeSlot& slot)
{
    require_answers(require(qube));
    const auto now = disks(qube);
    std::set<Letter> busy;
    for (const auto& disk : now) {
        busy.insert(disk.letter);
        if (disk.volume == slot.volume) {
            return;
        }
    }
    const auto letter = letter_for(features(qube, is_disk_feature), slot.volume, busy);
    if (!letter || busy.contains(*letter)) {
        throw Error(Code::conflict, qube.text() + ": the slot of " + slot.app.text() + " holds another disk",
                    "start " + qube.text() + " again");
    }
    const auto image = options_.volume_path(slot.volume);
    if (!std::filesystem::exists(image)) {
        throw Error(Code::not_found, "the volume of " + slot.app.text() + ", " + slot.volume.hex() + ", is not there",
                    "run `qpkg restore` to get it again");
    }
    const auto port = loops_.open(qube, slot.volume, image);
    wait_until_offered(port);
    client_.call({"admin.vm.device.block.Attach", "dom0+" + port, qube.text(),
                  "_read-only='yes' _frontend-dev='" + front_end(*letter) + '\''});
    fault_point("qubes.attached");
    refresh_agent(options_.qrexec_client, qube);
}

Detached QubesHypervisor::detach(const QubeName& qube, const VolumeSlot& slot)
{
    const auto domain = require(qube);
    if (!domain.is_running()) {
        return Detached::gone;
    }
    const auto now = disks(qube);
    // By volume: what the features said of it may have changed since the caller looked.
    const auto disk = std::ranges::find_if(now, [&](const Disk& candidate) {
        return candidate.volume == slot.volume || unknown_slot(candidate.letter, candidate.volume) == slot;
    });
    if (disk == now.end()) {
        return Detached::gone;
    }
    require_answers(domain);
    // The agent lets go of what it is not told of any more; only then may the disk go. Linux gives one back also while
    // a program reads from it, which then gets I/O errors: so the agent is asked, not the kernel.
    if (refresh_agent(options_.qrexec_client, qube).contains(std::string(1, disk->letter))) {
        return Detached::in_use;
    }
    client_.call({"admin.vm.device.block.Detach", "dom0+" + disk->port, qube.text()});
    fault_point("qubes.detached");
    loops_.close(qube, slot.volume);
    return Detached::gone;
}

void QubesHypervisor::announce(const QubeName& qube)
{
    if (require(qube).answers()) {
        refresh_agent(options_.qrexec_client, qube);
    }
}

void QubesHypervisor::show_menus(std::span<const Menu> menus)
{
    const auto running = [&] {
        auto all = domains();
        std::erase_if(all, [](const Domain& domain) { return !domain.answers(); });
        return running_names(all);
    };
    qubes::show_menus(client_, {options_.system, options_.sync_appmenus}, menus, running);
}

int QubesHypervisor::run(const QubeName& qube, const RunRequest& request)
{
    require(qube);
    std::string line;
    for (const auto& word : request.argv) {
        line += (line.empty() ? "" : " ") + shell_word(word);
    }
    const auto user = request.user == RunAs::root ? std::string("--user=root ") : std::string();
    throw Error(Code::unsupported, "this backend runs nothing: that is what Qubes' own tools are for",
                line.empty()
                    ? "use: qvm-console-dispvm " + qube.text() + ", or qvm-run " + user + qube.text() + " xterm"
                    : "use: qvm-run " + user + "--pass-io " + qube.text() + ' ' + shell_word(line));
}

void QubesHypervisor::start(const QubeName& qube)
{
    require(qube);
    throw Error(Code::unsupported, "this backend starts no qubes: that is what Qubes' own tools are for",
                "use: qvm-start " + qube.text());
}

void QubesHypervisor::stop(const QubeName& qube)
{
    require(qube);
    throw Error(Code::unsupported, "this backend stops no qubes: that is what Qubes' own tools are for",
                "use: qvm-shutdown " + qube.text());
}

} // namespace qpkg::qubes
