// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a consent is for one app, one qube and one name. A recipe may ask for a service; only a person lets it start. The
// consent lies in the binding: a generation holds it, so a rollback brings it back, and every backend tells the qube of
// it.
//
// A consent for a whole app would let an upgrade start services that nobody has looked at: `allowed_services` therefore
// keeps the names that the new release still has, and adds none by itself. A consent for a name alone would be good for
// whichever app has that name next.
#pragma once

#include "qpkg/model/release.hpp"
#include "qpkg/model/service.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Which services of apps may start: what somebody said of an app, a qube and a name, and nothing else. Pure.
namespace qpkg::plan {

/// What the user says with a command.
struct ServiceWishes {
    bool all_asked = false; ///< whatever a recipe asks for starts, confined, as far as it can
    /// By app and service: with which rights it may start; nothing: it may not.
    std::map<std::pair<AppId, std::string>, std::optional<ServiceRights>> said = {};
};

/// The names of its services, ascending; those that its recipe asks to start with the qube. What it runs at its first
/// start is among both, under the name `first_start_consent`.
std::vector<std::string> services_of(const Release& release);
std::vector<std::string> asked_services(const Release& release);

/// Whether there is somebody in the qube who starts services. A first start is run by the agent, everywhere.
enum class Systemd { there, missing };

/// What may start of `release` where `before` might of another one: the same names, as far as it has them, changed by
/// `wishes`. Ascending. Errors: not_found for a wish that no service of it fulfils, unsupported above the limit and for
/// a service that is named where none can start.
std::vector<AllowedService> allowed_services(const Release& release, const std::vector<AllowedService>& before,
                                             const ServiceWishes& wishes, Systemd systemd = Systemd::there);

} // namespace qpkg::plan
