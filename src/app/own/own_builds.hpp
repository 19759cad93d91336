// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why "not offered" is asked of the catalogue and of nobody else. A list that cannot be read may hold the app, signed
// by somebody whom the user trusts; building another one then would be a silent change of hands. So only the
// catalogue's own word for an app that no readable list has, which is not_found, leads here.
#pragma once

#include "app/make/outlook.hpp"
#include "app/own/own_place.hpp"
#include "app/own/setup.hpp"
#include "app/use/change.hpp"

#include <optional>
#include <string>
#include <vector>

namespace qpkg::app {

struct OwnBuild {
    std::string typed; ///< the word of the request
    Outlook outlook;
};

/// The apps of a request that no repository offers, as this machine can build them for the base of these qubes; none
/// when all are offered. Errors: as `prepare_install` has them; not_found also for what no package is called, near
/// names in the hint; conflict when their namespace belongs to another repository.
std::vector<OwnBuild> unoffered_apps(World& world, const InstallRequest& request);

/// Builds them, and publishes them into the machine's own repository, signed by its keys. Errors as `build_module` and
/// `publish`; what was built stays, and is published by the next call.
void build_own(World& world, const std::vector<Outlook>& wanted, const std::optional<std::string>& passphrase,
               const std::string& command, const Turns& turns);

} // namespace qpkg::app
