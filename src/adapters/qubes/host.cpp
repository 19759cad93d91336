// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/host.hpp"

#include "adapters/qubes/preloaded.hpp"
#include "adapters/qubes/slots.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/mounts.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <sstream>

namespace qpkg::qubes {
namespace {

namespace fs = std::filesystem;
using Weight = HostFault::Weight;

constexpr std::size_t largest_file = 1024 * 1024;
constexpr const char* ours = "usr/share/qubes/templates/libvirt/xen-dist.xml";
constexpr std::array overriding{"etc/qubes/templates/libvirt", "usr/share/qubes/templates/libvirt"};
constexpr const char* policy = "etc/qubes/policy.d/30-qpkg.policy";
constexpr const char* composed_policy = "etc/qubes/policy.d/31-qpkg-composed.policy";
constexpr std::size_t largest_policy = 16 * 1024 * 1024;
constexpr std::size_t always_guarded = 100; ///< apps of a composed volume
constexpr std::string_view exclude_mark = ".qubes-exclude-block-devices";

void check_template(const fs::path& system, const fs::path& images, std::vector<HostFault>& found)
{
    const auto path = system / ours;
    const auto content = files::read_if_exists(path, largest_file);
    if (!content) {
        found.push_back({Weight::problem, path.string(), "is not there: no qube gets a disk at its start",
                         "install the dom0 package of qpkg again"});
        return;
    }
    if (content->find("qpkg.slot.") == std::string::npos) {
        found.push_back({Weight::problem, path.string(), "is not qpkg's: no qube gets a disk at its start",
                         "install the dom0 package of qpkg again"});
        return;
    }
    if (content->find('"' + images.string() + '/') == std::string::npos) {
        found.push_back({Weight::problem, path.string(), "looks for volumes elsewhere than in " + images.string(),
                         "set root in /etc/qpkg to the directory that the template names"});
    }
}

/// libvirt templates that qubesd takes before ours: one for each qube by name, and one for every qube. It looks in /etc
/// first, then in /usr/share.
void check_overrides(const fs::path& system, std::span<const QubeName> qubes, std::vector<HostFault>& found)
{
    const auto look = [&](const fs::path& path, const std::string& whom) {
        const auto content = files::read_if_exists(path, largest_file);
        if (content && !keeps_our_disks(*content)) {
            found.push_back({Weight::problem, path.string(), "wins over qpkg's template: " + whom + " no volumes",
                             "let it begin with {% extends 'libvirt/xen-dist.xml' %} and call super() in its devices"});
        }
    };
    for (const auto* folder : overriding) {
        look(system / folder / "xen-user.xml", "qubes get");
        for (const auto& qube : qubes) {
            look(system / folder / "xen/by-name" / (qube.text() + ".xml"), qube.text() + " gets");
        }
    }
}

/// Qubes' udev script hides loop devices from qubesd where any folder above their file has the mark.
void check_mark(const fs::path& store, std::vector<HostFault>& found)
{
    for (auto folder = store / "attached"; folder != folder.parent_path(); folder = folder.parent_path()) {
        if (fs::exists(folder / exclude_mark)) {
            found.push_back({Weight::problem, (folder / exclude_mark).string(),
                             "hides the devices of " + store.string() + ": running qubes get no volumes",
                             "move the store to where no folder above it has that file, for example /var/lib/qpkg"});
        }
    }
}

/// As `systemd-escape --path`.
std::string unit_of(const fs::path& place)
{
    std::string unit;
    for (const auto c : place.relative_path().string()) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == ':';
        constexpr const char* digits = "0123456789abcdef";
        unit += c == '/' ? "-"
                : plain  ? std::string(1, c)
                         : std::string("\\x") + digits[(c >> 4) & 15] + digits[c & 15];
    }
    return unit + ".mount";
}

void check_mount(const fs::path& system, const fs::path& store, std::vector<HostFault>& found)
{
    const auto unit = unit_of(store);
    if (fs::exists(system / "etc/systemd/system" / unit) && !mounts::is_mount_point(store)) {
        found.push_back({Weight::problem, store.string(),
                         "its file system is not mounted: what qubes have is not there, and they cannot start with it",
                         "systemctl start '" + unit + "'; when that fails: journalctl -b -u '" + unit + "'"});
    }
}

void check_policy(const fs::path& system, const std::set<std::string>& notices, std::vector<HostFault>& found)
{
    const auto path = system / policy;
    const auto content = files::read_if_exists(path, largest_file);
    if (!content) {
        found.push_back({Weight::problem, path.string(), "is not there: another qube may be allowed to set disks",
                         "install the dom0 package of qpkg again"});
        return;
    }
    const auto composed = files::read_if_exists(system / composed_policy, largest_policy).value_or("");
    const auto open = unguarded_features(*content + composed, notices);
    if (open.empty()) {
        return;
    }
    const bool of_composed = composed.empty() || notices.contains(open.front());
    found.push_back({Weight::problem, of_composed ? (system / composed_policy).string() : path.string(),
                     "does not keep other qubes from setting " + open.front() +
                         (open.size() > 1 ? " and " + std::to_string(open.size() - 1) + " more" : ""),
                     of_composed ? "/usr/libexec/qpkg/guard-composed NUMBER > " + ('/' + std::string(composed_policy)) +
                                       ", with the number of apps of the largest qube"
                                 : "install the dom0 package of qpkg again"});
}

std::vector<std::string> guarded_features()
{
    std::vector<std::string> names{"qpkg.base", renewal_feature};
    for (Letter letter = 'a'; letter <= 'z'; ++letter) {
        names.push_back(disk_feature(letter));
        names.push_back(notice_feature(letter));
        for (std::size_t number = 0; number < always_guarded; ++number) {
            names.push_back(notice_feature(letter, std::to_string(number)));
        }
    }
    return names;
}

} // namespace

bool keeps_our_disks(std::string_view libvirt_template)
{
    const auto says = [&](std::string_view words) { return libvirt_template.find(words) != std::string_view::npos; };
    return says("qpkg.slot.") || (says("libvirt/xen-dist.xml") && (says("super()") || !says("block devices")));
}

std::vector<std::string> unguarded_features(std::string_view text, const std::set<std::string>& notices)
{
    // The first line that matches decides, so what was allowed before is open.
    std::set<std::string> denied;
    std::set<std::string> allowed;
    for (const auto& line : text::split(text, '\n')) {
        std::istringstream words(line);
        std::string service, argument, source, target, action;
        words >> service >> argument >> source >> target >> action;
        if (service != "admin.vm.feature.Set" || source != "@anyvm" || target != "@anyvm" || argument.empty()) {
            continue;
        }
        (action == "deny" ? denied : allowed).insert(argument.substr(1));
        if (action != "deny" && argument == "*") {
            break;
        }
    }
    auto names = guarded_features();
    std::ranges::copy_if(notices, std::back_inserter(names),
                         [&](const std::string& notice) { return std::ranges::find(names, notice) == names.end(); });
    std::erase_if(names, [&](const std::string& name) { return denied.contains(name) && !allowed.contains(name); });
    return names;
}

std::vector<HostFault> inspect_host(const fs::path& system, const fs::path& store, std::span<const QubeName> qubes,
                                    const std::set<std::string>& notices)
{
    std::vector<HostFault> found;
    check_template(system, store / "volumes", found);
    check_overrides(system, qubes, found);
    check_policy(system, notices, found);
    check_mark(store, found);
    check_mount(system, store, found);
    return found;
}

void hide_images(const fs::path& directory)
{
    const auto mark = directory / exclude_mark;
    if (!fs::exists(mark)) {
        files::make_directories(directory);
        files::write(mark, "");
    }
}

} // namespace qpkg::qubes
