// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "repo-format/repo/fields.hpp"

#include "qpkg/model/release.hpp"

#include <vector>

namespace qpkg {

/// `limits` of a manifest; nothing where the member is absent. Error corrupt.
std::vector<Limit> parse_limits(canonical::Fields& fields, const AppId& app);

canonical::Array encode_limits(const std::vector<Limit>& limits);

} // namespace qpkg
