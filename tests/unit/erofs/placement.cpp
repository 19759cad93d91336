// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/erofs/placement.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include "qpkg/core/sparse_file.hpp"

#include <fcntl.h>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

constexpr std::uint64_t size = 4 << 20;

struct Files {
    files::TemporaryDirectory directory = scratch();
    Fd source = files::open(directory.path() / "source", O_RDWR | O_CREAT);
    Fd target = files::open(directory.path() / "target", O_RDWR | O_CREAT);

    Files() { REQUIRE(::ftruncate(target.get(), 2 * size) == 0); }

    std::uint64_t disk() const { return erofs::allocated_bytes(directory.path() / "target"); }
};

} // namespace

TEST_CASE("a file of holes is placed with its bytes, and takes no more disk than it did")
{
    const Files files;
    std::string bytes(size, '\0');
    bytes.replace(0, 5, "start").replace(size / 2 + 7, 6, "middle").replace(size - 3, 3, "end");
    files::SparseWriter writer(files.source.get());
    writer.write(as_bytes(bytes));
    writer.finish();

    erofs::Placer placer(files.target.get());
    placer.place(files.source.get(), 0, size, size);

    CHECK(erofs::read_at(files.target.get(), size, size) == bytes);
    CHECK(erofs::read_at(files.target.get(), 0, size) == std::string(size, '\0'));
    CHECK(files.disk() < 256 * 1024);
}

TEST_CASE("a file that ends too early is no file of holes")
{
    const Files files;
    REQUIRE(::ftruncate(files.source.get(), size - 1) == 0);

    erofs::Placer placer(files.target.get());

    CHECK_FAILS(Code::corrupt, "shorter than it was", placer.place(files.source.get(), 0, size, 0));
}
