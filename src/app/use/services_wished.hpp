// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan/services.hpp"

#include "qpkg/model/state.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// What a person says of services, as typed: APP:NAME.service, and whether whatever recipes ask for starts.
struct ServiceChoice {
    bool all_asked = false;
    std::vector<std::string> confined;
    std::vector<std::string> own;
    std::vector<std::string> denied;
};

/// `releases` are those that the command is about. Errors: usage, not_found, conflict (an app's name that can mean
/// several).
plan::ServiceWishes wishes_of(const ServiceChoice& choice, const std::vector<KnownRelease>& releases);

} // namespace qpkg::app
