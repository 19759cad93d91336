// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/use/why.hpp"

#include <doctest/doctest.h>

namespace qpkg {
namespace {

TEST_CASE("a file is found by its path, its name, or its name up to a dot")
{
    using Entry = ModuleTree::Entry;
    const ModuleTree tree{
        {},
        {},
        {{0755, 0, {Entry{"libnss3", NodeKind::directory, 1}, Entry{"opt", NodeKind::directory, 2}}},
         {0755, 0, {Entry{"libnss3.so.1", NodeKind::symlink, 0}, Entry{"libnss35.so", NodeKind::file, 1}}},
         {0755, 0, {Entry{"libnss3", NodeKind::file, 1}}}}};
    using Paths = std::vector<std::string>;
    CHECK(app::paths_named(tree, "libnss3") == Paths{"/libnss3/libnss3.so.1", "/opt/libnss3"});
    CHECK(app::paths_named(tree, "/opt/libnss3") == Paths{"/opt/libnss3"});
    CHECK(app::paths_named(tree, "libnss35.so") == Paths{"/libnss3/libnss35.so"});
    CHECK(app::paths_named(tree, "nss3").empty());
    CHECK(app::paths_named(tree, "/opt").empty());
}

} // namespace
} // namespace qpkg
