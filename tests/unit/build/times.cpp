// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/times.hpp"

#include "support/trees.hpp"

using namespace qpkg;
using namespace qpkg::testing;

namespace {

constexpr std::int64_t epoch = 1'767'225'600;

} // namespace

TEST_CASE("what was written since the build began has the build's date, all else keeps its time")
{
    const auto directory = scratch();
    const auto began = build::file_clock();
    TreeMaker tree(directory.path() / "tree");
    tree.file("usr/bin/packaged", "x").link("usr/bin/packaged-link", "packaged");
    std::ofstream(tree.root() / "usr/bin/made") << "x";
    fs::create_symlink("made", tree.root() / "usr/bin/made-link");
    tree.file("usr/bin/of-the-future", "x").time("usr/bin/of-the-future", began.tv_sec + 1'000'000);
    tree.file("usr/bin/before", "x").time("usr/bin/before", began.tv_sec - 2);
    tree.file("usr/bin/too-old", "x").time("usr/bin/too-old", -1);
    tree.file("usr/bin/too-new", "x").time("usr/bin/too-new", 4'102'444'800);

    build::settle_times(ForeignTree(tree.root()), began, epoch);

    const auto time_of = [&](const std::string& name) {
        struct stat info {};
        REQUIRE(::lstat((tree.root() / "usr/bin" / name).c_str(), &info) == 0);
        return info.st_mtim.tv_sec;
    };
    for (const auto* name : {"made", "made-link", "too-old", "too-new"}) {
        CHECK_MESSAGE(time_of(name) == epoch, name);
    }
    CHECK(time_of("packaged") == TreeMaker::usual_time);
    CHECK(time_of("packaged-link") == TreeMaker::usual_time);
    CHECK(time_of("of-the-future") == began.tv_sec + 1'000'000);
    CHECK(time_of("before") == began.tv_sec - 2);
}
