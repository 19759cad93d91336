// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why a compiled table is made, too. GLib reads "globs2" of no folder as soon as one folder has a "mime.cache", and
// those of the base and of most apps have one. So what the agent tells of types would be seen by none that uses GLib.
#pragma once

#include "agent/mime_globs.hpp"

#include <string>
#include <vector>

namespace qpkg::agent {

/// The table mime.cache of version 1.2 (freedesktop.org, Shared MIME-info Database 0.21, section 2.8) that says these
/// patterns and nothing else. Each is a name or "*" and an ending, in printable ASCII. Others are left out.
std::string encode_mime_cache(std::vector<MimeGlob> patterns);

} // namespace qpkg::agent
