// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qpkg/core/sparse_file.hpp"

#include "support/expect.hpp"
#include "support/trees.hpp"

#include "qpkg/base/digest.hpp"

#include <fcntl.h>

#include <random>

using namespace qpkg;
using namespace qpkg::testing;

namespace {

struct Sparse {
    files::TemporaryDirectory directory = scratch();
    fs::path path = directory.path() / "file";
    Fd fd = files::open(path, O_RDWR | O_CREAT);

    void write(const std::string& bytes, std::size_t piece) const
    {
        files::SparseWriter writer(fd.get());
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            writer.write(as_bytes(bytes).subspan(at, std::min(piece, bytes.size() - at)));
        }
        writer.finish();
    }
    std::uint64_t disk() const
    {
        struct stat info {};
        REQUIRE(::fstat(fd.get(), &info) == 0);
        return static_cast<std::uint64_t>(info.st_blocks) * 512;
    }
};

} // namespace

TEST_CASE("a file written with holes has the same bytes, however they came")
{
    std::mt19937 random(1);
    for (const std::size_t piece : {1UL, 100UL, 4096UL, 5000UL, 100000UL}) {
        std::string bytes(50000 + random() % 5000, '\0');
        for (int i = 0; i < 4; ++i) {
            bytes.replace(random() % 50000, 10, "0123456789");
        }
        const Sparse file;

        file.write(bytes, piece);

        CAPTURE(piece);
        CHECK(files::read(file.path, 100000) == bytes);
    }
}

TEST_CASE("zeros take no disk, at the start, in the middle and at the end")
{
    std::string bytes(16 << 20, '\0');
    bytes.replace(8 << 20, 4, "data");
    const Sparse file;

    file.write(bytes, 64 * 1024);

    CHECK(file.disk() <= 64 * 1024);
    CHECK(fs::file_size(file.path) == bytes.size());
}

TEST_CASE("parts that overlap are refused")
{
    const Sparse file;
    files::SparseWriter writer(file.fd.get());
    writer.skip_to(100);

    CHECK_FAILS(Code::corrupt, "overlap", writer.skip_to(99));
}

TEST_CASE("the filled parts of a range are all that is not zero in it")
{
    std::string bytes(1 << 20, '\0');
    bytes.replace(100, 4, "data");
    bytes.replace(700'000, 4, "more");
    const Sparse file;
    file.write(bytes, 4096);

    std::string seen(bytes.size(), '\0');
    std::uint64_t filled = 0;
    files::each_filled_part(file.fd.get(), 0, bytes.size(), [&](std::uint64_t offset, std::uint64_t length) {
        seen.replace(offset, length, bytes.substr(offset, length));
        filled += length;
    });
    CHECK(seen == bytes);
    CHECK(filled < bytes.size() / 2);

    filled = 0;
    files::each_filled_part(file.fd.get(), 699'000, 1'200,
                            [&](std::uint64_t, std::uint64_t length) { filled += length; });
    CHECK(filled > 0);
    CHECK(filled <= 1'200);
}
