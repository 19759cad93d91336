// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/catalog.hpp"

#include <memory>
#include <optional>
#include <string>

namespace qpkg::app {

struct Catalog::Source {
    std::string location;
    std::optional<trust::TrustClient> client; ///< nothing when what is trusted of it cannot be read
    std::unique_ptr<Fetcher> fetcher;         ///< opened when it is first needed: offline, a repository may be gone
    std::optional<Error> failure;             ///< why it is not up to date
};

} // namespace qpkg::app
