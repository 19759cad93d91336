// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/services.hpp"

#include "qpkg/core/error.hpp"
#include "qpkg/core/text.hpp"

#include <algorithm>

namespace qpkg::plan {
namespace {

template <class Concerns>
std::vector<std::string> names_where(const Release& release, Concerns&& concerns)
{
    std::vector<std::string> names;
    for (const auto& made : release.exports) {
        if (made.kind == ExportKind::service && concerns(made)) {
            names.push_back(made.name);
        }
    }
    if (!release.first_start.run.empty()) {
        names.emplace_back(first_start_consent);
    }
    std::ranges::sort(names);
    return names;
}

void require_service(const Release& release, const std::string& name)
{
    const auto names = services_of(release);
    if (std::ranges::binary_search(names, name)) {
        return;
    }
    throw Error(Code::not_found, release.app.text() + " has no service \"" + text::escaped(name, 80) + '"',
                text::hint_for(name, names, names.empty() ? std::string() : "it has " + text::join(names, ", ")));
}

/// An explicit wish that never comes true is no success.
[[noreturn]] void refuse_start(const Release& release, const std::string& name)
{
    throw Error(Code::unsupported,
                name + " of " + release.app.text() + " cannot start: qubes of this backend have no systemd",
                "without that --allow the app installs, and `qpkg run QUBE --app " + release.app.text() +
                    " -- PROGRAM` starts its programs; services start in virtual machines");
}

} // namespace

std::vector<std::string> services_of(const Release& release)
{
    return names_where(release, [](const Export&) { return true; });
}

std::vector<std::string> asked_services(const Release& release)
{
    return names_where(release, [](const Export& made) { return made.starts; });
}

std::vector<AllowedService> allowed_services(const Release& release, const std::vector<AllowedService>& before,
                                             const ServiceWishes& wishes, Systemd systemd)
{
    const auto can_start = [&](const std::string& name) {
        return systemd == Systemd::there || name == first_start_consent;
    };
    std::map<std::string, ServiceRights> allowed;
    const auto known = services_of(release);
    for (const auto& service : before) {
        if (std::ranges::binary_search(known, service.name)) {
            allowed.emplace(service.name, service.rights);
        }
    }
    if (wishes.all_asked) {
        for (const auto& name : asked_services(release)) {
            if (can_start(name)) {
                allowed.try_emplace(name, ServiceRights::confined);
            }
        }
    }
    for (const auto& [which, rights] : wishes.said) {
        if (which.first != release.app) {
            continue;
        }
        require_service(release, which.second);
        if (rights && !can_start(which.second)) {
            refuse_start(release, which.second);
        }
        if (which.second == first_start_consent && rights == ServiceRights::own) {
            throw Error(Code::usage, release.app.text() + ": a first start runs confined, or not at all",
                        "--allow " + release.app.text() + ':' + which.second);
        }
        allowed.erase(which.second);
        if (rights) {
            allowed.emplace(which.second, *rights);
        }
    }
    if (allowed.size() > most_allowed_services) {
        throw Error(Code::unsupported, release.app.text() + ": at most " + std::to_string(most_allowed_services) +
                                           " services of one app can start in a qube, not " +
                                           std::to_string(allowed.size()));
    }
    std::vector<AllowedService> services;
    for (const auto& [name, rights] : allowed) {
        services.push_back({name, rights});
    }
    return services;
}

} // namespace qpkg::plan
