// SPDX-License-Identifier: LGPL-2.1-or-later
#include "build/lock.hpp"

#include "support/expect.hpp"

using namespace qpkg;
using build::parse_lock;

namespace {

LockedPackage package(const std::string& name, const std::string& version, const std::string& arch = "amd64")
{
    return {{name, version, arch, sha256(name + arch)}, 12, "http://deb.debian.org/debian/pool/" + name + ".deb"};
}

build::Lock a_lock()
{
    return {BaseId::require("debian-12"),
            CommitId(sha256("base")),
            1'760'000'000,
            {package("git", "1:2.39.5-0+deb12u3"), package("libexpat1", "2.5.0-1+deb12u5")}};
}

std::string with(const std::string& from, const std::string& to)
{
    auto text = build::encode_lock(a_lock());
    return text.replace(text.find(from), from.size(), to);
}

} // namespace

TEST_CASE("a lock is read back as it was written, and the order of its packages does not matter")
{
    auto shuffled = a_lock();
    std::swap(shuffled.packages[0], shuffled.packages[1]);

    CHECK(parse_lock(build::encode_lock(a_lock()), "l") == a_lock());
    CHECK(build::encode_lock(shuffled) == build::encode_lock(a_lock()));
}

TEST_CASE("a lock, which is published, never holds a password or a token")
{
    for (const auto* uri : {"http://bob:hush@deb.example/git.deb", "https://deb.example/git.deb?sig=hush"}) {
        auto lock = a_lock();
        lock.packages[0].uri = uri;
        CHECK_FAILS(Code::usage, "lock files are published", build::encode_lock(lock));
        CHECK_FAILS(Code::corrupt, "l:4: expected package NAME",
                    parse_lock(with("http://deb.debian.org/debian/pool/git.deb", uri), "l"));
    }
}

TEST_CASE("a lock has one spelling")
{
    CHECK_FAILS(Code::unsupported, "l: a lock file of another format",
                parse_lock(with("qpkg-lock 1", "qpkg-lock 2"), "l"));
    CHECK_FAILS(Code::corrupt, "l:1: expected qpkg-lock 1", parse_lock("", "l"));
    CHECK_FAILS(Code::corrupt, "l:2: expected base NAME COMMIT", parse_lock(with("base d", "base  d"), "l"));
    CHECK_FAILS(Code::corrupt, "l:3: expected epoch SECONDS", parse_lock(with("epoch 1", "epoch 01"), "l"));
    CHECK_FAILS(Code::corrupt, "l:3: expected epoch SECONDS", parse_lock(with("epoch 1", "epoch -1"), "l"));
    CHECK_FAILS(Code::corrupt, "l:4: expected package NAME", parse_lock(with("package git", "package -git"), "l"));
    CHECK_FAILS(Code::corrupt, "l:5: expected packages in ascending",
                parse_lock(with("package libexpat1", "package git"), "l"));
    CHECK_FAILS(Code::corrupt, "l:4: expected the size", parse_lock(with(" 12 ", " 0x12 "), "l"));
    CHECK_FAILS(Code::corrupt, "l:5: expected package NAME", parse_lock(with("libexpat1.deb\n", "libexpat1.deb"), "l"));
}

TEST_CASE("a lock cut anywhere is refused, except between two packages")
{
    const auto whole = build::encode_lock(a_lock());
    const auto between = whole.find("package libexpat1");

    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (length != between) {
            CHECK_FAILS(Code::corrupt, "l:", parse_lock(whole.substr(0, length), "l"));
        }
    }
}
