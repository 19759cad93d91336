// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/qubes/host.hpp"

#include "adapters/qubes/preloaded.hpp"
#include "adapters/qubes/slots.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace qpkg::qubes {
namespace {

namespace fs = std::filesystem;
using Weight = HostFault::Weight;

constexpr std::size_t largest_file = 1024 * 1024;
constexpr const char* ours = "usr/share/qubes/templates/libvirt/xen-dist.xml";
constexpr const char* overriding = "etc/qubes/templates/libvirt";
constexpr const char* policy = "etc/qubes/policy.d/30-qpkg.policy";
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

/// libvirt templates that qubesd takes before ours: one for every qube, and one for each qube by name.
void check_overrides(const fs::path& system, std::span<const QubeName> qubes, std::vector<HostFault>& found)
{
    const auto look = [&](const fs::path& path, const std::string& whom) {
        const auto content = files::read_if_exists(path, largest_file);
        if (content && !keeps_our_disks(*content)) {
            found.push_back({Weight::problem, path.string(), "wins over qpkg's template: " + whom + " no volumes",
                             "let it begin with {% extends 'libvirt/xen-dist.xml' %} and call super() in its devices"});
        }
    };
    look(system / overriding / "xen-user.xml", "qubes get");
    for (const auto& qube : qubes) {
        look(system / overriding / "by-name" / (qube.text() + ".xml"), qube.text() + " gets");
    }
}

void check_policy(const fs::path& system, std::vector<HostFault>& found)
{
    const auto path = system / policy;
    const auto content = files::read_if_exists(path, largest_file);
    if (!content) {
        found.push_back({Weight::problem, path.string(), "is not there: another qube may be allowed to set disks",
                         "install the dom0 package of qpkg again"});
        return;
    }
    const auto open = unguarded_features(*content);
    if (!open.empty()) {
        found.push_back({Weight::problem, path.string(),
                         "does not keep other qubes from setting " + open.front() +
                             (open.size() > 1 ? " and " + std::to_string(open.size() - 1) + " more" : ""),
                         "install the dom0 package of qpkg again"});
    }
}

std::vector<std::string> guarded_features()
{
    std::vector<std::string> names{"qpkg.base", renewal_feature};
    for (Letter letter = 'a'; letter <= 'z'; ++letter) {
        names.push_back(disk_feature(letter));
        names.push_back(notice_feature(letter));
    }
    return names;
}

} // namespace

bool keeps_our_disks(std::string_view libvirt_template)
{
    const auto says = [&](std::string_view words) { return libvirt_template.find(words) != std::string_view::npos; };
    return says("qpkg.slot.") || (says("libvirt/xen-dist.xml") && (says("super()") || !says("block devices")));
}

std::vector<std::string> unguarded_features(std::string_view text)
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
    std::erase_if(names, [&](const std::string& name) { return denied.contains(name) && !allowed.contains(name); });
    return names;
}

std::vector<HostFault> inspect_host(const fs::path& system, const fs::path& images, std::span<const QubeName> qubes)
{
    std::vector<HostFault> found;
    check_template(system, images, found);
    check_overrides(system, qubes, found);
    check_policy(system, found);
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
