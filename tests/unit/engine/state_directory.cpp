// SPDX-License-Identifier: LGPL-2.1-or-later
#include "engine/state_directory.hpp"

#include "engine/reserve.hpp"
#include "support/expect.hpp"

#include "qpkg/core/files.hpp"

#include <sys/stat.h>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

struct State {
    State()
    {
        fs::create_directory(root);
        fs::create_directory(root / "objects");
        files::write(root / "state.db", "");
    }

    files::TemporaryDirectory scratch{fs::temp_directory_path()};
    fs::path root = scratch.path() / "state";
};

} // namespace

TEST_CASE("a state directory of our own is sound, and so is one that is not there")
{
    const State state;

    CHECK(engine::faults_of_state(state.root).empty());
    CHECK(engine::faults_of_state(state.root / "absent").empty());
}

TEST_CASE("links, and what others can write, are faults of a state directory")
{
    const State state;
    fs::create_symlink(state.root, state.scratch.path() / "link");
    CHECK_FAILS(Code::failed, "link is a link", engine::require_sound_state(state.scratch.path() / "link"));

    fs::create_symlink("/etc", state.root / "volumes");
    CHECK_FAILS(Code::failed, "volumes is a link", engine::require_sound_state(state.root));
    fs::remove(state.root / "volumes");

    REQUIRE(::chmod((state.root / "objects").c_str(), 0775) == 0);
    CHECK_FAILS(Code::failed, "objects can be written by others", engine::require_sound_state(state.root));
    REQUIRE(::chmod((state.root / "objects").c_str(), 0755) == 0);

    REQUIRE(::chmod(state.root.c_str(), 0757) == 0);
    CHECK_FAILS(Code::failed, "can be written by others", engine::require_sound_state(state.root));
}

TEST_CASE("the reserve is there until it is given up")
{
    const State state;
    const engine::Reserve reserve(state.root);

    reserve.make();
    reserve.make();
    CHECK(fs::file_size(state.root / "reserve") == 1U << 20U);

    reserve.give_up();
    reserve.give_up();
    CHECK(!fs::exists(state.root / "reserve"));
}
