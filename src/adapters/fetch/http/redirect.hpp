// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace qpkg::fetch {

/// Whether a redirect stays where the request was meant to go: the same host and port, or from http to https there.
bool same_place(const std::string& from, const std::string& to);

} // namespace qpkg::fetch
