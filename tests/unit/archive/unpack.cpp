// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/archive/unpack.hpp"

#include "support/expect.hpp"

#include "qpkg/core/files.hpp"
#include "qpkg/core/subprocess.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

using namespace qpkg;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t block = 512;

/// A tar written by hand, header by header, so that it can say anything.
class Tar {
public:
    Tar& entry(char type, const std::string& name, const std::string& content = {}, const std::string& link = {},
               const std::string& size = {})
    {
        std::string header(block, '\0');
        const auto put = [&](std::size_t offset, const std::string& value) {
            header.replace(offset, value.size(), value);
        };
        put(0, name);
        put(100, "0004755");
        put(108, "0000000");
        put(116, "0000000");
        put(124, size.empty() ? fmt::format("{:011o}", content.size()) : size);
        put(136, fmt::format("{:011o}", time_));
        put(148, "        ");
        put(156, std::string(1, type));
        put(157, link);
        put(257, std::string("ustar\0", 6) + "00");
        unsigned sum = 0;
        for (const char c : header) {
            sum += static_cast<unsigned char>(c);
        }
        put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
        bytes_ += header + content + std::string((block - content.size() % block) % block, '\0');
        return *this;
    }

    /// Of the entries that come.
    Tar& time(std::uint64_t seconds)
    {
        time_ = seconds;
        return *this;
    }

    std::string bytes() const { return bytes_ + std::string(2 * block, '\0'); }

private:
    std::string bytes_;
    std::uint64_t time_ = 0;
};

struct Fixture {
    files::TemporaryDirectory directory{fs::temp_directory_path()};
    fs::path archive = directory.path() / "x.tar";
    fs::path out = directory.path() / "out";
    NoProgress progress;
    UnpackLimits limits;

    Fixture() { fs::create_directory(out); }

    UnpackReport unpack(const std::string& bytes)
    {
        files::write(archive, bytes, 0644, files::Durability::scratch);
        return archive::unpack(archive, out, limits, progress);
    }
    UnpackReport unpack(const Tar& tar) { return unpack(tar.bytes()); }
};

} // namespace

TEST_CASE("an ordinary tar is unpacked with canonical modes and without setuid")
{
    Fixture fixture;

    const auto report = fixture.unpack(Tar()
                                           .entry('5', "./")
                                           .entry('5', "./usr/")
                                           .entry('0', "./usr/a", "hello")
                                           .entry('1', "./usr/b", "", "./usr/a")
                                           .entry('2', "./usr/c", "", "/usr/a")
                                           .entry('0', "implied/directory/d", "x"));

    struct stat info {};
    CHECK(files::read(fixture.out / "usr/b", 100) == "hello");
    CHECK(fs::read_symlink(fixture.out / "usr/c") == "/usr/a");
    CHECK(files::read(fixture.out / "implied/directory/d", 100) == "x");
    REQUIRE(::stat((fixture.out / "usr/a").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777U) == 0755);
    CHECK(report.entries == 6);
    CHECK(report.size == 6);
}

TEST_CASE("files and links have the times that the archive gives them, a hard link that of its file")
{
    Fixture fixture;

    fixture.unpack(Tar()
                       .time(1'500'000'000)
                       .entry('0', "a", "hello")
                       .time(1'500'000'001)
                       .entry('2', "link", "", "a")
                       .time(1'500'000'002)
                       .entry('1', "b", "", "a"));

    const auto time_of = [&](const char* name) {
        struct stat info {};
        REQUIRE(::lstat((fixture.out / name).c_str(), &info) == 0);
        return info.st_mtim.tv_sec;
    };
    CHECK(time_of("a") == 1'500'000'000);
    CHECK(time_of("b") == 1'500'000'000);
    CHECK(time_of("link") == 1'500'000'001);
}

TEST_CASE("bad input 57: paths that lead out of the tree are refused by the entry's name")
{
    Fixture fixture;

    CHECK_FAILS(Code::corrupt, "entry \"a/../../x\": the path holds \"..\"",
                fixture.unpack(Tar().entry('0', "a/../../x")));
    CHECK_FAILS(Code::corrupt, "entry \"/etc/x\": the path is absolute", fixture.unpack(Tar().entry('0', "/etc/x")));
    CHECK_FAILS(Code::corrupt, "control characters", fixture.unpack(Tar().entry('0', "a\033[2Jb")));
    CHECK(fs::is_empty(fixture.out));
}

TEST_CASE("bad input 57: nothing is written through a symbolic link of the archive")
{
    Fixture fixture;
    const auto outside = fixture.directory.path() / "outside";
    fs::create_directory(outside);

    CHECK_FAILS(Code::corrupt, "entry \"link/x\": it lies below something that is not a directory",
                fixture.unpack(Tar().entry('2', "link", "", outside.string()).entry('0', "link/x", "bad")));
    CHECK(fs::is_empty(outside));
}

TEST_CASE("bad input 57: a symbolic link is not replaced by a file that follows it")
{
    Fixture fixture;
    const auto victim = fixture.directory.path() / "victim";
    files::write(victim, "good", 0644, files::Durability::scratch);

    CHECK_FAILS(Code::corrupt, "entry \"link\": the archive holds it twice",
                fixture.unpack(Tar().entry('2', "link", "", victim.string()).entry('0', "link", "bad")));
    CHECK(files::read(victim, 100) == "good");
}

TEST_CASE("bad input 57: hard links lead to files of the archive that came before, and nowhere else")
{
    for (const auto* target : {"/etc/passwd", "../x", "later", "link", "directory"}) {
        Fixture fixture;

        const auto failure = testing::failure_of([&] {
            fixture.unpack(Tar()
                               .entry('2', "link", "", "/etc/passwd")
                               .entry('5', "directory")
                               .entry('1', "hard", "", target)
                               .entry('0', "later", "x"));
        });

        REQUIRE_MESSAGE(failure.has_value(), target);
        CHECK(failure->code == Code::corrupt);
        CHECK_MESSAGE(failure->message.find("entry \"hard\"") != std::string::npos, failure->message);
    }
}

TEST_CASE("bad input 57: devices and pipes are left out below dev and refused elsewhere")
{
    Fixture fixture;

    CHECK(fixture.unpack(Tar().entry('5', "dev/").entry('3', "dev/null").entry('6', "dev/pipe")).skipped == 2);
    CHECK_FAILS(Code::corrupt, "entry \"etc/null\": it is a device", fixture.unpack(Tar().entry('3', "etc/null")));
    CHECK_FAILS(Code::corrupt, "entry \"etc/block\": it is a device", fixture.unpack(Tar().entry('4', "etc/block")));
    CHECK_FAILS(Code::corrupt, "entry \"etc/pipe\": it is a device", fixture.unpack(Tar().entry('6', "etc/pipe")));
}

TEST_CASE("bad input 57: a file is not there twice, a directory neither")
{
    Fixture fixture;

    CHECK_FAILS(Code::corrupt, "entry \"./a\": the archive holds it twice",
                fixture.unpack(Tar().entry('0', "a", "1").entry('0', "./a", "2")));
    CHECK_FAILS(Code::corrupt, "entry \"d/\": the archive holds it twice",
                fixture.unpack(Tar().entry('5', "d/").entry('5', "d/")));
}

TEST_CASE("bad input 57: what an archive announces counts against the budget before a byte is written")
{
    Fixture fixture;
    fixture.limits = {.entries = 3, .size = 1000};

    CHECK_FAILS(Code::no_space, "entry \"huge\": the archive unpacks to more than the 1000 B allowed",
                fixture.unpack(Tar().entry('0', "huge", "", "", "77777777777")));
    // base-256: 2^62 bytes, as a sparse file might announce
    CHECK_FAILS(Code::no_space, "entry \"sparse\"",
                fixture.unpack(Tar().entry('0', "sparse", "", "", std::string("\x80\0\0\0\x40\0\0\0\0\0\0\0", 12))));
    CHECK_FAILS(Code::no_space, "entry \"4\": more than the 3 entries allowed",
                fixture.unpack(Tar().entry('0', "1").entry('0', "2").entry('0', "3").entry('0', "4")));
    CHECK_FALSE(fs::exists(fixture.out / "huge"));
}

TEST_CASE("bad input 57: names without end are refused")
{
    Fixture fixture;
    const std::string long_path(1'000'000, 'a');
    const std::string pax = "1000 path=" + std::string(989, 'b') + '\n';

    CHECK_FAILS(Code::corrupt, "", fixture.unpack(Tar().entry('L', "././@LongLink", long_path).entry('0', "a")));
    CHECK_FAILS(Code::corrupt, "a part of the path is longer than 255 bytes",
                fixture.unpack(Tar().entry('x', "pax", pax).entry('0', "a")));
    CHECK(fs::is_empty(fixture.out));
}

TEST_CASE("bad input 57: compression in several layers, and what is no tar, is refused")
{
    Fixture fixture;
    auto bytes = Tar().entry('0', "a", "hello").bytes();
    const auto compressed = [](const std::string& input) {
        return run_checked({.argv = {"gzip", "-c"}, .input = input}, "compress").output;
    };

    CHECK(fixture.unpack(compressed(bytes)).size == 5);
    fs::remove(fixture.out / "a");
    CHECK_FAILS(Code::corrupt, "more than one layer of compression", fixture.unpack(compressed(compressed(bytes))));
    CHECK_FAILS(Code::corrupt, "", fixture.unpack(std::string("PK\3\4not a tar")));
    CHECK_FAILS(Code::corrupt, "", fixture.unpack(std::string()));
    CHECK_FAILS(Code::not_found, "no/such.tar", archive::unpack("no/such.tar", fixture.out, {}, fixture.progress));
}

TEST_CASE("an archive cut anywhere is an error or a shorter tree, never a crash")
{
    const auto whole = Tar().entry('5', "d/").entry('0', "d/a", "hello").entry('2', "d/b", "", "a").bytes();
    for (std::size_t length = 0; length < whole.size(); length += 97) {
        Fixture fixture;

        const auto failure = testing::failure_of([&] { fixture.unpack(whole.substr(0, length)); });

        if (failure) {
            CHECK(failure->code == Code::corrupt);
        }
    }
}

TEST_CASE("names that are not ASCII keep their bytes")
{
    Fixture fixture;

    fixture.unpack(Tar()
                       .entry('0', "F\xc5\x91tan\xc3\xbas.crt", "x")
                       .entry('x', "pax", "16 path=p\xc5\x91.crt\n")
                       .entry('0', "p", "y"));

    CHECK(fs::exists(fixture.out / "F\xc5\x91tan\xc3\xbas.crt"));
    CHECK(fs::exists(fixture.out / "p\xc5\x91.crt"));
}
