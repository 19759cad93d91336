// SPDX-License-Identifier: LGPL-2.1-or-later
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
    bool all_asked = false; ///< whatever a recipe asks for starts, confined
    /// By app and service: with which rights it may start; nothing: it may not.
    std::map<std::pair<AppId, std::string>, std::optional<ServiceRights>> said = {};
};

/// The names of its services, ascending; those that its recipe asks to start with the qube.
std::vector<std::string> services_of(const Release& release);
std::vector<std::string> asked_services(const Release& release);

/// What may start of `release` where `before` might of another one: the same names, as far as it has them, changed by
/// `wishes`. Ascending. Errors: not_found for a wish that no service of it fulfils, unsupported above the limit.
std::vector<AllowedService> allowed_services(const Release& release, const std::vector<AllowedService>& before,
                                             const ServiceWishes& wishes);

} // namespace qpkg::plan
