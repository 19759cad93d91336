// SPDX-License-Identifier: LGPL-2.1-or-later
#include "repo-format/repo/times.hpp"

#include "support/expect.hpp"
#include "support/paths.hpp"

#include "qpkg/core/files.hpp"

#include <doctest/doctest.h>

using namespace qpkg;

namespace {

Digest digest(const char* of) { return sha256(std::string_view(of)); }

} // namespace

TEST_CASE("the vectors of times are accepted or refused as their folder says")
{
    const std::filesystem::path vectors = testing::source_directory() / "repo-format/vectors/times";
    std::size_t good = 0;
    std::size_t bad = 0;

    for (const auto& entry : std::filesystem::directory_iterator(vectors / "accept")) {
        const auto text = files::read(entry.path(), 1 << 20);
        CHECK_MESSAGE(encode_times(parse_times(text)) == text, entry.path().string());
        ++good;
    }
    for (const auto& entry : std::filesystem::directory_iterator(vectors / "refuse")) {
        const auto failure = testing::failure_of([&] { parse_times(files::read(entry.path(), 1 << 20)); });
        REQUIRE_MESSAGE(failure.has_value(), entry.path().string());
        CHECK_MESSAGE(failure->code == Code::corrupt, entry.path().string());
        ++bad;
    }

    CHECK(good >= 5);
    CHECK(bad >= 25);
}

TEST_CASE("equal times that follow each other are one line, other names of a file a line of their own")
{
    const std::vector<PathTime> times{{7, {}}, {7, {}}, {7, 0}, {8, {}}};

    CHECK(encode_times(times) == "2 7\n1 7 0\n1 8\n");
    CHECK(parse_times("2 7\n1 7 0\n1 8\n") == times);
}

TEST_CASE("times of more than 4 MiB are neither written nor read")
{
    std::vector<PathTime> times;
    for (std::int64_t i = 0; i < 400'000; ++i) {
        times.push_back({1'700'000'000 + i % 2, {}});
    }

    CHECK_FAILS(Code::no_space, "4 MiB", encode_times(times));
    CHECK_FAILS(Code::corrupt, "4 MiB", parse_times(std::string(largest_times + 1, '1')));
}

TEST_CASE("times fit a tree of as many files, in which the names of one file are one object")
{
    const auto times = parse_times("2 7\n1 7 0\n");
    const std::vector<Digest> objects{digest("a"), digest("b"), digest("a")};
    const std::vector<Digest> two_files{digest("a"), digest("b"), digest("b")};

    CHECK_NOTHROW(require_fitting(times, objects));
    CHECK_FAILS(Code::corrupt, "times of 3 files, the tree has 2", require_fitting(times, std::span(objects).first(2)));
    CHECK_FAILS(Code::corrupt, "files 0 and 2", require_fitting(times, two_files));
}

TEST_CASE("a directory's time is 2000-01-01 minus the first 26 bits of its checksum")
{
    auto bytes = digest("").bytes();
    bytes.fill(0xff);

    CHECK(time_of_directory(Digest(bytes)) == 946'684'800 - 0x3ffffff);
    bytes.fill(0);
    CHECK(time_of_directory(Digest(bytes)) == 946'684'800);
    bytes[3] = 0x40;
    CHECK(time_of_directory(Digest(bytes)) == 946'684'799);
    bytes[3] = 0x3f;
    CHECK(time_of_directory(Digest(bytes)) == 946'684'800);
}
