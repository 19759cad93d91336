// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "app/use/change.hpp"
#include "cli/command.hpp"

namespace qpkg::cli {

/// What `install` and `upgrade` let a person say of new releases.
std::vector<Option> release_options(app::Allowances& allow, app::NameRequest& names);

} // namespace qpkg::cli
