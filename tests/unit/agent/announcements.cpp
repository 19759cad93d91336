// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/agent/announcements.hpp"

#include "support/expect.hpp"

#include "qpkg/base/files.hpp"

#include <fstream>

using namespace qpkg;
using namespace qpkg::agent;

namespace {

const std::string root(64, 'a');
const std::string hello = "org.example.hello 1.0-1 private " + root + '\n';
const std::string other = "org.example.other 2.0 shared " + root + '\n';

} // namespace

TEST_CASE("an announcement names a device or says that the volume is mounted")
{
    CHECK(parse_announced_file(hello + "mounted\n").device == std::nullopt);
    CHECK(parse_announced_file(hello + "device /dev/xvdqa\n").device == "/dev/xvdqa");
    CHECK(parse_announced_file(other + "mounted\n").volume.view == View::shared);
}

TEST_CASE("an announcement that is cut or says more is refused")
{
    const auto whole = hello + "device /dev/xvdqa\n";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CHECK_FAILS(Code::corrupt, "", parse_announced_file(whole.substr(0, length)));
    }
    CHECK_FAILS(Code::corrupt, "two lines", parse_announced_file(whole + "\n"));
    CHECK_FAILS(Code::corrupt, "neither", parse_announced_file(hello + "device xvdqa\n"));
    CHECK_FAILS(Code::corrupt, "neither", parse_announced_file(hello + "device /dev/a b\n"));
    CHECK_FAILS(Code::corrupt, "neither", parse_announced_file(hello + "device /" + std::string(255, 'a') + '\n'));
}

TEST_CASE("the directory source gives the apps in order; what makes no sense is a problem, not an end")
{
    const files::TemporaryDirectory directory(std::filesystem::temp_directory_path());
    std::ofstream(directory.path() / "b") << hello << "mounted\n";
    std::ofstream(directory.path() / "a") << other << "device /dev/xvdqa\n";
    std::ofstream(directory.path() / "c") << "rubbish\n";
    std::ofstream(directory.path() / ".writing") << "rub";

    const auto announcements = read_announced_directory(directory.path());

    REQUIRE(announcements.found.size() == 2);
    CHECK(announcements.found[0].volume.app.text() == "org.example.hello");
    CHECK(announcements.found[1].device == "/dev/xvdqa");
    CHECK(announcements.problems == std::vector<std::string>{"slot c: expected two lines"});
    CHECK_FAILS(Code::not_found, "no such", read_announced_directory(directory.path() / "none"));
}

TEST_CASE("an app that is announced twice is mounted from neither place")
{
    const files::TemporaryDirectory directory(std::filesystem::temp_directory_path());
    std::ofstream(directory.path() / "a") << hello << "device /dev/a\n";
    std::ofstream(directory.path() / "b") << hello << "device /dev/b\n";
    std::ofstream(directory.path() / "c") << other << "mounted\n";

    const auto announcements = read_announced_directory(directory.path());

    REQUIRE(announcements.found.size() == 1);
    CHECK(announcements.found[0].volume.app.text() == "org.example.other");
    CHECK(announcements.problems == std::vector<std::string>{"org.example.hello: announced twice"});
}
