// SPDX-License-Identifier: LGPL-2.1-or-later
#include "adapters/apt/apt_source.hpp"

#include "support/expect.hpp"
#include "support/fake_apt.hpp"

using namespace qpkg;

TEST_CASE("an address with a password or a token is not chosen: lock files are published")
{
    for (const auto* address : {"http://bob:hush@deb.example/hello.deb", "https://deb.example/hello.deb?sig=hush"}) {
        const files::TemporaryDirectory directory("/var/tmp");
        testing::FakeApt sandbox(directory.path());
        sandbox.address = address;
        NoProgress progress;
        std::filesystem::create_directory(directory.path() / "scratch");
        const Workshop workshop{sandbox, progress, {}, directory.path() / "scratch", directory.path() / "cache"};

        const auto failure = testing::failure_of([&] { apt::AptSource().resolve(workshop, {{"hello"}}); });

        REQUIRE(failure.has_value());
        CHECK(failure->code == Code::usage);
        CHECK(failure->message.find("lock files are published") != std::string::npos);
        CHECK(failure->message.find("hush") == std::string::npos);
        CHECK(failure->hint.find("auth.conf.d") != std::string::npos);
    }
}
