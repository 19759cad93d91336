// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/files.hpp"

#include "support/expect.hpp"

#include "qpkg/core/room.hpp"

#include <sys/stat.h>

#include <iterator>

using namespace qpkg;

namespace {

unsigned mode_of(const std::filesystem::path& path)
{
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 07777U;
}

} // namespace

TEST_CASE("a written file has the mode that was asked for, whatever the umask, and nothing lies beside it")
{
    const files::TemporaryDirectory scratch(std::filesystem::temp_directory_path());
    for (const mode_t mask : {0077U, 0022U, 0000U}) {
        const auto before = ::umask(mask);
        files::write(scratch.path() / "public", "bytes");
        files::write(scratch.path() / "secret", "bytes", 0600);
        ::umask(before);

        CHECK(mode_of(scratch.path() / "public") == 0644);
        CHECK(mode_of(scratch.path() / "secret") == 0600);
    }
    CHECK(std::distance(std::filesystem::directory_iterator(scratch.path()), {}) == 2);
}

TEST_CASE("a lack of bytes and a lack of inodes are told apart, with what is missing")
{
    const files::Room free{.bytes = 1024, .files = 10};

    CHECK_FAILS(Code::no_space, "not enough space in /x: 2.0 KiB needed, 1.0 KiB free",
                files::require_room(free, {2048, 1}, "/x"));
    CHECK_FAILS(Code::no_space, "not enough inodes in /x: 11 new files needed, room for 10",
                files::require_room(free, {1024, 11}, "/x"));
    CHECK_NOTHROW(files::require_room(free, {1024, 10}, "/x"));
}
