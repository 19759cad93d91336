// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "qpkg/model/id.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// The full id of what a person typed, among `candidates`: "firefox-esr" or "org.mozilla.firefox-esr".
AppId resolve_app(const std::string& typed, const std::vector<AppId>& candidates, const std::string& hint);

} // namespace qpkg::app
