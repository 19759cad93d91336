// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Why the owners of files are asked for, and not kept. They are as large as the list of all files of an app, and one
// question in a month needs them: the repository has them, and the manifest says what they must be. Whether an app has
// the path at all is told from its tree, which is here, so only that app's owners come.
#pragma once

#include "app/use/catalog.hpp"

#include <string>
#include <vector>

namespace qpkg::app {

/// A path in an app's module. Several packages may list one path: a row each.
struct Ownership {
    std::string path;
    std::string package; ///< empty: a script made it, or the build
    std::vector<std::string> licences;
    AppId app;
    std::string version;
};

struct OwnsRequest {
    std::string path; ///< absolute, as in the view
    std::string app;  ///< as typed; empty: what is installed is looked through
};

/// Ascending by app and package. With an app its newest release is asked, installed or not. Errors: usage (no absolute
/// path), not_found (no such path, with the way on; no such app), what Catalog throws, and fetch.
std::vector<Ownership> owns(World& world, const OwnsRequest& request, Reach reach);

} // namespace qpkg::app
