// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app/shared_view.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

namespace {

/// /usr with one folder `folder` that holds a file `file`; `top` instead of usr.
ModuleTree tree(const std::string& top, const std::string& folder, const std::string& file)
{
    ModuleTree made;
    made.directories.push_back({0755, {{top, NodeKind::directory, 1}}});
    made.directories.push_back({0755, {{folder, NodeKind::directory, 2}}});
    made.directories.push_back({0755, {{file, NodeKind::file, 0}}});
    return made;
}

} // namespace

TEST_CASE("two trees may share directories and nothing else")
{
    CHECK_FALSE(app::common_path(tree("usr", "share", "a"), tree("usr", "share", "b")));
    CHECK_FALSE(app::common_path(tree("usr", "share", "a"), tree("usr", "lib", "a")));
    CHECK(app::common_path(tree("usr", "share", "a"), tree("usr", "share", "a")) == "/usr/share/a");
    CHECK(app::common_path(tree("opt", "x", "a"), tree("opt", "x", "a")) == "/opt/x/a");
}

TEST_CASE("a file where another tree has a directory is shared, in either order")
{
    auto flat = tree("usr", "share", "a");
    flat.directories[1].entries[0] = {"share", NodeKind::symlink, 0};
    CHECK(app::common_path(flat, tree("usr", "share", "a")) == "/usr/share");
    CHECK(app::common_path(tree("usr", "share", "a"), flat) == "/usr/share");
}

TEST_CASE("only /usr and /opt are merged")
{
    CHECK_FALSE(app::common_path(tree("etc", "x", "a"), tree("etc", "x", "a")));
}
